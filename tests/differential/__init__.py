"""The fake beside Django: the same rows, the same requests, Django REST framework's and django-filter's own answers."""
