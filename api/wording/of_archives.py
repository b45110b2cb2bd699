"""What people are told of the refusals of archives: a programme's whole books as one file, and back."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.archive import errors as a
from api.wording.said import Said
from ledger.errors import Refusal

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    a.ArchiveUnreadable: Said(
        _BAD, "Pas une archive", "Le fichier n'est pas l'archive d'un programme, ou il est coupé. Copiez-le à nouveau ; rien n'a été écrit.",
        "Not an archive", "The file is no archive of a programme, or it is cut short. Copy it again; nothing was written.",
    ),
    a.ArchiveFormatUnknown: Said(
        _BAD, "Format inconnu", "L'archive est au format {version}, cette version d'Obole lit le format {known}. Installez celle qui l'a faite, importez, puis mettez à jour.",
        "Unknown format", "The archive has format {version}; this version of Obole reads format {known}. Install the one that made it, import, then update.",
    ),
    a.ArchiveOtherRevision: Said(
        H.CONFLICT, "Autre version d'Obole", "L'archive vient de la révision {archived}, cette installation est à la révision {here}. Mettez la plus ancienne à jour (obole migrate), puis recommencez.",
        "Another version of Obole", "The archive holds revision {archived}; this installation has revision {here}. Update the older one (obole migrate), then try again.",
    ),
    a.ArchiveDamaged: Said(
        _BAD, "Archive abîmée", "« {part} » manque, a été modifié ou est de trop. Rien n'a été écrit ; copiez l'archive à nouveau depuis l'ancienne installation.",
        "Archive damaged", "“{part}” is missing, was changed, or should not be there. Nothing was written; copy the archive again from the old installation.",
    ),
    a.PassphraseWrong: Said(
        H.FORBIDDEN, "Mauvaise phrase secrète", "Cette archive a été faite avec une autre phrase secrète. Saisissez celle qui a été donnée à l'export.",
        "Wrong passphrase", "This archive was made with another passphrase. Type the one that was given when it was exported.",
    ),
    a.PassphraseTooShort: Said(
        _BAD, "Phrase secrète trop courte", "Une phrase secrète a {least} caractères ou plus : cinq mots pris au hasard font l'affaire.",
        "Passphrase too short", "A passphrase has {least} characters or more: five words taken at random will do.",
    ),
    a.BooksNotProved: Said(
        H.CONFLICT, "Les comptes ne concordent pas", "Le contrôle trouve {findings} écarts : rien n'est transporté. Lancez obole audit, qui les nomme, et corrigez d'abord.",
        "The books do not agree", "The audit finds {findings} things that do not agree: nothing is carried. Run obole audit, which names them, and mend them first.",
    ),
    a.BooksNotTheSame: Said(
        H.CONFLICT, "Ce ne sont pas les mêmes comptes", "Les comptes relus ne donnent pas les totaux de l'archive. Rien n'a été écrit ; refaites l'export.",
        "Not the same books", "The books that were read back do not come to the archive's totals. Nothing was written; export them again.",
    ),
}  # fmt: skip
