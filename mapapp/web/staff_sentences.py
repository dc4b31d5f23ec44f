"""What each failure of the staff pages is called (工作人员错误说法): code to a title and a sentence."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

_NOT_ALLOWED = _("Not allowed")

STAFF_SENTENCES: Mapping[str, tuple[str, str]] = {
    "role_forbids": (_NOT_ALLOWED, _("Your role does not include this.")),
    "not_yours": (_NOT_ALLOWED, _("This is not among what is yours to keep true.")),
    "needs_second_person": (_("A second person must look"), _("A change of this kind is published by somebody else.")),
    "edited_meanwhile": (
        _("Changed meanwhile"),
        _("Somebody else changed this. Please look at both versions."),
    ),
    "changed_since": (_("Changed meanwhile"), _("A field was changed again since, so this cannot be undone.")),
    "change_moved_on": (_("Changed meanwhile"), _("This change is not in that state any more. Please look again.")),
    "not_undoable": (_("Cannot be undone"), _("This was too long ago, or there is nothing left to undo.")),
    "moment_passed": (_("Moment has passed"), _("Please choose a moment in the future.")),
    "answer_missing": (_("Text missing"), _("Please write a sentence.")),
    "unknown_change": (_("Unknown change"), _("There is no such change, or it is not yours to see.")),
    "wrong_report": (_("Text missing or too long"), _("Please write what is wrong, in at most %(most)s characters.")),
    "unknown_report": (_("Unknown report"), _("There is no such report, or it is not yours to see.")),
    "too_many_names": (_("Too many names"), _("This matter has as many names as it can have.")),
    "unknown_words": (_("Not listed any more"), _("Somebody else dealt with these words meanwhile.")),
    "nothing_to_review": (_("Nothing to review"), _("The position of this point does not wait for anybody.")),
    "unknown_upload": (_("File not found"), _("This file is no longer kept. Please send it again.")),
    "missing_column": (_("Column missing"), _("The file has no column “%(field)s”.")),
    "no_positions": (_("No positions"), _("Only points have positions; please take CSV or XLSX.")),
    "unknown_account": (_("Unknown account"), _("There is no account of this name.")),
    "factor_required": (_NOT_ALLOWED, _("Your district asks everybody for a second factor, so it stays on.")),
    "factor_is_on": (_("Already on"), _("The second factor is on. Switch it off before you set up another one.")),
    "factor_not_begun": (_("Not begun"), _("Please set up the second factor first.")),
    "no_second_factor": (_("No second factor"), _("This account has no second factor.")),
    "unknown_session": (_("Unknown login"), _("There is no such login of yours.")),
    "unknown_role": (_("Unknown role"), _("Please choose one of the roles.")),
    "unknown_department": (_("Unknown department"), _("Please choose one of the departments.")),
    "department_of_nobody": (_("No department"), _("Only a chief representative has a department.")),
    "name_taken": (_("Name taken"), _("There is an account of this name already.")),
    "wrong_account_name": (_("Wrong name"), _("A name has 1 to 50 characters that can be shown, and no /.")),
    "last_office": (_("Last account"), _("This is the last account of the district office, so it stays.")),
    "form_too_old": (_("Form too old"), _("This form belongs to a login that has ended. Please open the page again.")),
    "unknown_kind_of_file": (_("Unknown kind"), _("There is no data of this kind to read or to write.")),
    "unreadable_file": (_("File cannot be read"), _("This is neither CSV nor XLSX, or it is broken.")),
    "file_too_large": (_("Too large"), _("The file is larger than this service takes.")),
}
