"""The same hub to try out: no account, no root, nothing outside _build/hub.

From the repository's folder: jupyterhub -f deploy/jupyterhub/trial.py
Everybody logs in with the same password, and all of it runs as you: never let others in.
"""
# ruff: noqa: F821

import os
import sys
from pathlib import Path

if os.geteuid() == 0:
    sys.exit("Jupyter servers do not run as root: start the trial as an ordinary user.")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
load_subconfig("jupyterhub_config.py", str(HERE))

PLACE = ROOT / "_build" / "hub"
EXCHANGE = PLACE / "exchange"
PLACE.mkdir(parents=True, exist_ok=True)
EXCHANGE.mkdir(exist_ok=True)
EXCHANGE.chmod(0o777)  # nbgrader refuses one that not everybody can write to

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = "only-a-trial"
c.Authenticator.allowed_users = {"anna", "ben", "instructor"}
c.LocalAuthenticator.allowed_groups = set()
c.JupyterHub.load_groups = {"formgrade-course_rnn": {"users": ["instructor"]}}

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(PLACE / "home" / "{username}")
PATHS = {
    "JUPYTER_CONFIG_PATH": str(HERE),
    "NBGRADER_EXCHANGE": str(EXCHANGE),
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
}
c.Spawner.environment |= PATHS
[service] = c.JupyterHub.services
service.update(user="", cwd=str(ROOT))
service["environment"] |= PATHS

c.JupyterHub.db_url = f"sqlite:///{PLACE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(PLACE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(PLACE / "proxy.pid")
