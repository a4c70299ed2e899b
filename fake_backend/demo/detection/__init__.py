"""The demo's pre-processor: finds drawn shapes in a picture, by its pixels alone (``docs/serving.md``)."""
