"""Files with people and the like: uploaded, shown for what they would change, then taken over.

A preview speaks the words of the uploaded file only: were its lines shown beside pseudonyms, it
would tell who is behind them.
"""

from datetime import timedelta
from pathlib import PurePath

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from analytics.event import readable
from analytics.identity import IdentityError
from analytics.identity.unix import realm_of
from auditapp.cases import assessment
from auditapp.ingest import hints
from auditapp.people import importing
from auditapp.people.importing import Change, Fate, NotContext, Options, Plan
from auditapp.people.models import ImportDraft

LARGEST = 16 << 20
SHOWN = 200
KEPT = timedelta(days=1)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The form; a file that can be read leads to its preview."""
    problem = ""
    if request.method == "POST":
        try:
            return redirect("identity-draft", _draft(request).pk)
        except (NotContext, IdentityError) as error:
            problem = str(error)
    mine = ImportDraft.objects.filter(author=request.user.get_username())
    return render(
        request,
        "dashboard/identity_import.html",
        {"problem": problem, "drafts": mine.defer("text").order_by("-time")},
        status=400 if problem else 200,
    )


def _draft(request: HttpRequest) -> ImportDraft:
    """The uploaded file, kept until it is confirmed or for a day. Raises NotContext."""
    ImportDraft.objects.filter(time__lt=timezone.now() - KEPT).delete()
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise NotContext("no file was chosen")
    if (file.size or 0) > LARGEST:
        raise NotContext(f"the file is larger than {LARGEST >> 20} MiB; use manage.py import")
    try:
        text = file.read().decode()
    except UnicodeDecodeError as error:
        raise NotContext(f"the file is not UTF-8: {error.reason}") from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise NotContext(f"line {line}: a value holds a NUL")
    name = readable(PurePath(file.name or "file").name)[:255]
    return ImportDraft.objects.create(
        author=request.user.get_username(),
        name=name,
        kind=importing.recognise(text, PurePath(name).stem),
        realm=realm_of(request.POST.get("realm", "").strip() or "site"),
        text=text,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What one's own file would change; confirmed, it is taken over, or thrown away."""
    found = get_object_or_404(ImportDraft, pk=draft_id, author=request.user.get_username())
    if request.method == "POST" and "discard" in request.POST:
        found.delete()
        messages.success(request, "The file was thrown away; nothing was changed.")
        return redirect("identity-import")
    if request.method == "POST":
        plan = _carry_out(found)
        if not plan.problems:
            if plan.changes_anything:
                assessment.touch_all()
                hints.assess()
            messages.success(request, f"{found.name}: {plan.summary}.")
            return redirect("identity-import")
    else:
        plan = _plan(found)
    return render(request, "dashboard/identity_draft.html", _shown(found, plan))


def _plan(draft: ImportDraft) -> Plan:
    return importing.plan(draft.kind, draft.text, Options(realm=draft.realm))


@transaction.atomic
def _carry_out(draft: ImportDraft) -> Plan:
    plan = _plan(draft)
    if not plan.problems:
        importing.carry_out(plan, draft.name, draft.author)
        draft.delete()
    return plan


def _shown(draft: ImportDraft, plan: Plan) -> dict[str, object]:
    different = [change for change in plan.changes if change.fate is not Fate.UNCHANGED]
    return {
        "draft": draft,
        "plan": plan,
        "counts": [(fate.value, plan.counts[fate]) for fate in Fate],
        "changes": [_without_former_names(change) for change in different[:SHOWN]],
        "more": len(different) - SHOWN,
        "problems": sorted(plan.problems, key=lambda problem: problem.line)[:SHOWN],
        "more_problems": len(plan.problems) - SHOWN,
    }


def _without_former_names(change: Change) -> tuple[Change, list[str]]:
    """What a name was before is not in the file, so it is not shown."""
    details = [
        f"name: … → {detail.rpartition(' → ')[2]}" if detail.startswith("name: ") else detail
        for detail in change.details
    ]
    return change, details
