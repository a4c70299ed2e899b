"""S3's XML documents: writing answers, reading requests."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from fake_backend.objects.errors import MalformedXML

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# S3 writes what XML 1.0 cannot hold as references; a bare carriage return would be read back as a line feed.
_REFERENCES = {code: f"&#x{code:X};" for code in range(0x20) if code not in {0x09, 0x0A}}

type Content = str | Iterable[tuple[str, Content]]


def write(name: str, content: Content, *, namespace: bool = True) -> bytes:
    """Return the document ``name``.

    Args:
        name: Name of the root element.
        content: Text, or pairs of element name and content.
        namespace: Whether the root is in S3's namespace; error documents are not.
    """
    root = _element(name, content)
    if namespace:
        root.set("xmlns", NAMESPACE)
    return (DECLARATION + ET.tostring(root, encoding="unicode").translate(_REFERENCES)).encode()


def read(body: bytes, root: str) -> ET.Element:
    """Return the root of a document with every namespace taken off.

    Args:
        body: The document, in any encoding that it declares.
        root: Name that the root must have.

    Raises:
        MalformedXML: No XML, another root, or a document type (entities are never expanded here).
    """
    try:
        tree = ET.fromstring(body, ET.XMLParser(target=_Plain()))  # noqa: S314 (no document type, hence no entities)
    except (ET.ParseError, LookupError, ValueError) as error:  # the latter two: an encoding nobody knows
        raise MalformedXML(received=f"{len(body)} bytes", expected=f"a {root} document") from error
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    if tree.tag != root:
        raise MalformedXML(received=tree.tag, expected=root)
    return tree


class _Plain(ET.TreeBuilder):
    """Builds elements, and ends at a document type, in whatever encoding it is written."""

    def doctype(self, *_: object) -> None:
        """Refuse it.

        Raises:
            MalformedXML: Always.
        """
        raise MalformedXML(received="a document type", expected="plain elements")


def _element(name: str, content: Content) -> ET.Element:
    element = ET.Element(name)
    if isinstance(content, str):
        element.text = content
    else:
        element.extend(_element(child, inner) for child, inner in content)
    return element
