"""Serves a Roundup tracker: ``python roundup_wsgi.py FOLDER PORT``; Roundup's own server refuses to run as root.

As in https://www.roundup-tracker.org/docs/installation.html, section WSGI.
"""

from __future__ import annotations

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from roundup.cgi.wsgi_handler import RequestDispatcher


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    tracker = RequestDispatcher(sys.argv[1])
    make_server("127.0.0.1", int(sys.argv[2]), tracker, server_class=_Server).serve_forever()
