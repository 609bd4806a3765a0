"""One's own account over HTTPS: everything that is kept about it, and its end.

    GET    /api/v1/account/export   (bearer token, fresh proof) → a JSON object
    DELETE /api/v1/account          (bearer token, fresh proof) → Empty

Both need a fresh proof (`proof_api`).

The export is an object with `format`, `version`, `server`, `account`, `exported_at`,
`tables` and, as its last key, `complete`, which is true: an export without it was cut
off. `tables` has every row that the server keeps about the account, by table, as it is
stored: ids in hexadecimal digits, instants as RFC 3339, octets in base64 (RFC 4648 §4).
What proves a sign-in, a passkey's ceremony or a passphrase is left out, and so is who
has blocked the account. Content is not in it, since the server cannot read any: devices
have that, and the backup.

Deleting is done when it is answered, and cannot be undone. For a day the same call with
the same token is answered the same again.
"""

from __future__ import annotations

from typing import Final

EXPORT_FORMAT: Final = "mentalverse-account-export"
EXPORT_VERSION: Final = 1
