"""What a WSGI server loads: `granian --interface wsgi wsgi:app`; `flask --app wsgi` has the commands too."""

from mapapp import cli
from mapapp.web.app import create_app

app = create_app()
cli.register(app)
