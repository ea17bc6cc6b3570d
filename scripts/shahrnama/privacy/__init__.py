"""Privacy: personal data in free text, found by its form and checksum in any digit script, and masked.

Found: national IDs, mobile and landline numbers, bank accounts (IBAN, شبا), bank cards, car plates, e-mail addresses,
postal codes that are called so, and the words after a title (آقای, خانم, مهندس, دکتر, حاج, سید); with spaces, dashes,
half-spaces or direction marks inside. Not found: names without a title, addresses, accounts of social networks and
numbers written in words, which no rule can tell from other words; fields that hold them are withheld or dropped by
policy (`shahrnama.privacy.policy`). Every step is linear in the text's length.
"""

from shahrnama.privacy.checks import is_national_id
from shahrnama.privacy.prefilter import may_hold
from shahrnama.privacy.scan import findings, findings_across, mask, mask_across
from shahrnama.privacy.view import PLACEHOLDERS, Finding

__all__ = [
    "PLACEHOLDERS",
    "Finding",
    "findings",
    "findings_across",
    "is_national_id",
    "mask",
    "mask_across",
    "may_hold",
]
