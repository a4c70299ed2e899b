"""The ways in: ``in_process`` without sockets, ``live`` over loopback. Both serve any WSGI application alike."""
