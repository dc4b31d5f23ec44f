"""What the server imports when it starts: nothing heavy that a request may never need."""

import subprocess
import sys

from tests.structure.sources import ROOT

HEAVY = ("folium", "geopandas", "pandas", "matplotlib", "pyogrio", "scipy", "osmium", "alembic")
SCRIPT = f"import sys; import wsgi; print([name for name in {HEAVY!r} if name in sys.modules])"


def test_importing_the_application_imports_nothing_heavy(tmp_path):
    environment = {"MAPAPP_DATA": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, cwd=ROOT)

    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"
