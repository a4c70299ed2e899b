"""What can go wrong in the SDK, as one tree.

    SdkError
    ├── ClientError                  sdk.clients.errors: a request that did not give what was asked
    │   ├── ValidationError          400, 422
    │   ├── AuthenticationError      401
    │   ├── AuthorizationError       403
    │   ├── NotFoundError            404
    │   ├── ConflictError            409
    │   ├── RateLimitError           429, with ``retry_after``
    │   ├── ServerError              5xx, with ``retry_after``
    │   ├── ClientTimeoutError       no answer in time
    │   ├── ClientConnectionError    refused, reset, cut, name not found
    │   │   └── IncompleteResponseError  the answer to a write is lost; it may have been done
    │   ├── OriginError              a link or redirect leaves the backend's origin
    │   ├── RedirectError            a redirect that is not followed
    │   ├── ResponseError            an answer that breaks the contract
    │   │   ├── OpaqueCursorError    ``next`` of v1 is neither URL nor path
    │   │   └── PaginationLoopError  a ``next`` link comes a second time
    │   ├── QueryTooLongError        refused before it is sent
    │   ├── FilterError              a filter that a list does not take, refused before it is sent
    │   ├── ConfigurationError       host or token missing or unusable
    │   ├── StreamError              the progress stream is given up
    │   ├── PayloadError             a row's payload cannot be had
    │   │   ├── PayloadMismatchError size or digest differ
    │   │   ├── PayloadTooLargeError over the cap
    │   │   └── PayloadWrapperError  a wrapper without payload or URL
    │   └── OriginalFileError        a row's original file cannot be had
    │       └── OriginalUnreachableError  nor is it known whether it is there
    ├── StorageError                 sdk.storage.errors
    │   ├── UnsafePathError          a path that would leave the storage root
    │   ├── StorageNotFoundError     no such file
    │   ├── StorageAccessError       refused or failing
    │   │   └── StorageUnreachableError  not to be reached, or asking to come back later
    │   └── UnsupportedStorageError  a provider or session that this SDK does not speak
    └── ActionError                  sdk.plugins.errors
        ├── ParamsError              parameters that the action's model refuses
        ├── PluginConfigError        config.yaml that cannot be used
        └── StepFailed               a step failed and its predecessors were rolled back

The text of every one of them is safe to log: tokens and signatures show as ``***``.
"""

from __future__ import annotations


class SdkError(Exception):
    """Base of everything that the SDK raises on purpose."""
