# Higher threshold = fewer false positives
pre_processor_params = {
    'confidence_threshold': 0.9 # Strict
}

# Lower threshold = more detections
pre_processor_params = {
    'confidence_threshold': 0.5 # Permissive
}
