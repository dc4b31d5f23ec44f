"""Which pages staff have (工作人员页面): every blueprint of this folder."""

from mapapp.web.staff import account, door, home, people

BLUEPRINTS = (
    door.blueprint,
    home.blueprint,
    account.blueprint,
    people.blueprint,
)
