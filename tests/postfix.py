"""A real postfix, and a dovecot over the mailbox it delivers to, each with its own configuration, queue and ports.

Nothing of the machine's own mail server is used or touched but its programs.
"""

from __future__ import annotations

import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import free_port

DOMAIN = "bounces.example"
MAILBOX = f"bounces@{DOMAIN}"
DAEMONS = Path("/usr/lib/postfix/sbin")

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
shlib_directory = /usr/lib/postfix
meta_directory = {folder}/etc
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
myhostname = mx.{domain}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_recipient_restrictions = permit_mynetworks, reject
recipient_delimiter = +
relayhost = [127.0.0.1]:{relay_port}
# Mail that is put off is given up after the first try, and the sender is told at once.
maximal_queue_lifetime = 0
bounce_queue_lifetime = 0
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}
virtual_mailbox_maps = inline:{{ {{bounces@{domain} = mail/}} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
showq     unix  n - n - - showq
postlog   unix-dgram n - n - 1 postlogd
"""

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = dovenull
default_internal_user = dovecot
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:{maildir}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Postfix:
    """A running mail server that relays to one port of this machine, and keeps what comes back to ``MAILBOX``."""

    port: int
    folder: Path

    @property
    def maildir(self) -> Path:
        return self.folder / "mail"

    def send(self, sender: str, recipient: str, content: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.port) as line:
            line.sendmail(sender, [recipient], content)

    def wait_for(self, count: int, seconds: float = 30) -> None:
        """Until so many mails lie in the mailbox."""
        until = time.monotonic() + seconds
        while (found := len(self.mails())) < count:
            assert time.monotonic() < until, f"{found} of {count} mails came back:\n{self.log()}"
            time.sleep(0.05)

    def mails(self) -> list[Path]:
        """The mails of the mailbox, read or not."""
        return sorted(path for name in ("new", "cur") for path in (self.maildir / name).glob("*"))

    def log(self) -> str:
        file = self.folder / "log" / "mail.log"
        return file.read_text() if file.exists() else "no log"


@dataclass(frozen=True)
class Dovecot:
    """A running IMAP server over a Maildir."""

    port: int
    tls_port: int
    login: str
    password: str


def need(*programs: str) -> None:
    """Skip the test where these programs cannot run."""
    if os.geteuid() != 0:
        pytest.skip("machine cannot have: a mail server of one's own, which only root can start")
    missing = [name for name in programs if not shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed; Debian's packages are postfix and dovecot-imapd")


@contextmanager
def open_folder(prefix: str) -> Iterator[Path]:
    """A folder that servers running as somebody else may enter."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postfix(relay_port: int, settings: str = "") -> Iterator[Postfix]:
    """Start postfix; everything but mail to ``MAILBOX`` goes to ``relay_port``."""
    need("postfix")
    owner = pwd.getpwnam("postfix")
    with open_folder("cf-postfix-") as folder:
        port = free_port()
        for name in ("etc", "queue", "data", "log", "mail"):
            (folder / name).mkdir()
        for name in ("data", "mail"):
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        for name in ("postfix-files", "postfix-script", "post-install"):
            shutil.copy(Path("/etc/postfix") / name, folder / "etc" / name)
        values = {"folder": folder, "daemons": DAEMONS, "domain": DOMAIN, "relay_port": relay_port,
                  "uid": owner.pw_uid, "gid": owner.pw_gid}  # fmt: skip
        (folder / "etc/main.cf").write_text(MAIN.format(**values) + settings)
        (folder / "etc/master.cf").write_text(MASTER.format(port=port))
        server = Postfix(port, folder)
        command = ["/usr/sbin/postfix", "-c", str(folder / "etc")]
        started = subprocess.run([*command, "start"], capture_output=True, text=True, check=False, timeout=60)
        try:
            assert started.returncode == 0, f"{started.stdout}{started.stderr}{server.log()}"
            wait_until_open(port, server.log)
            yield server
        finally:
            subprocess.run([*command, "stop"], capture_output=True, check=False, timeout=60)


@contextmanager
def running_dovecot(maildir: Path, certificate: Path, password: str = "secret") -> Iterator[Dovecot]:
    """Start dovecot over a Maildir; every login with this password is taken."""
    need("dovecot")
    owner = pwd.getpwnam("postfix")
    with open_folder("cf-dovecot-") as folder:
        server = Dovecot(free_port(), free_port(), "bounces", password)
        for name in ("run", "state", "log", "home"):
            (folder / name).mkdir()
        os.chown(folder / "home", owner.pw_uid, owner.pw_gid)
        config = folder / "dovecot.conf"
        config.write_text(
            DOVECOT.format(folder=folder, maildir=maildir, certificate=certificate, password=password,
                           uid=owner.pw_uid, gid=owner.pw_gid, port=server.port, tls_port=server.tls_port)
        )  # fmt: skip
        log = folder / "log" / "dovecot.log"
        process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            for port in (server.port, server.tls_port):
                wait_until_open(port, lambda: log.read_text() if log.exists() else "no log")
            yield server
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def wait_until_open(port: int, log: Callable[[], str], seconds: float = 20) -> None:
    """Until somebody listens on a port."""
    import socket

    until = time.monotonic() + seconds
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < until, f"nothing listens on {port}:\n{log()}"
        time.sleep(0.05)
