"""The guide's plugin, as a directory with its configuration, run by the guide's own command in a shell."""

from __future__ import annotations

import shutil
import sys

from guide_blocks import path
from guide_world import opened, typed
from test_examples_exporter import expected_tree

from sdk.plugins.config import PluginConfig
from sdk.plugins.enums import PluginCategory
from tests.sdk.export.export_rig import tree


def plugin(directory):
    """Lay out the guide's plugin."""
    shutil.copy(path("export/24_plugin_configuration.yaml"), directory / "config.yaml")
    (directory / "plugin").mkdir()
    shutil.copy(path("export/23_custom_exporter_plugin.py"), directory / "plugin/export.py")


def test_plugin_configuration(tmp_path, monkeypatch) -> None:
    """Export guide, Plugin Configuration: the file is read as it stands, and leads to the guide's action."""
    plugin(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    config = PluginConfig.read(tmp_path)

    assert ("my_export_plugin", "my_export_plugin", "1.0.0") == (config.name, config.code, config.version)
    assert PluginCategory.EXPORT is config.category
    assert ["export"] == list(config.actions)
    assert ["image", "video"] == config.action("export").annotation_types
    try:
        assert "my_export" == config.action("export").load().action_name
    finally:
        for name in ("plugin", "plugin.export"):
            sys.modules.pop(name, None)


def test_running_locally(tmp_path) -> None:
    """Export guide, Running Locally: typed in the plugin's directory, it leaves the tree that the seed says."""
    plugin(tmp_path)
    with opened(clock="system") as world, world.backend.serve() as served:
        environ = {
            "SYNAPSE_HOST": served.url,
            "SYNAPSE_PLUGIN_RUN_USER_TOKEN": world.backend.tokens["acme"].user,
            "SYNAPSE_PLUGIN_RUN_TENANT": "acme",
        }
        done = typed(path("export/25_running_locally.sh"), tmp_path, environ)

        assert 0 == done.returncode, done.stderr
        assert "exported_count" in done.stdout
        assert expected_tree(world) == tree(world.root / "exports/my-export/My Export")
        assert environ["SYNAPSE_PLUGIN_RUN_USER_TOKEN"] not in done.stdout + done.stderr
