# Track conversion progress
self.set_progress(current, total, self.progress.DATASET_CONVERSION)
