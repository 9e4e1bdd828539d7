"""Every address of the desk. Each name has its row in access.py, and a test that fails without one."""

from __future__ import annotations

from django.urls import include, path

from .api import api, api_page
from .views import (
    ask,
    become,
    checks,
    claim,
    errors,
    feeds,
    issues,
    people,
    public,
    queue,
    review,
    signing,
    subscribing,
    writing,
)

handler400 = errors.bad_request
handler403 = errors.refused
handler404 = errors.not_found
handler500 = errors.failed


def words(name: str) -> dict[str, str]:
    """The template of a page of fixed words."""
    return {"template": f"public/{name}.html"}


PUBLIC = [
    path("", public.current_issue, name="current_issue"),
    path("issues/<int:number>/", public.issue, name="issue"),
    path("issues/<int:number>/print.pdf", public.issue_pdf, name="issue_pdf"),
    path("archive/", public.archive, name="archive"),
    path("answers/<slug:slug>/", public.answer, name="answer"),
    path("topics/", public.topics, name="topics"),
    path("topics/<slug:key>/", public.topic, name="topic"),
    path("search/", public.search, name="search"),
    path("about/", public.about, name="about"),
    path("contact/", public.contact, name="contact"),
    path("disclaimer/", public.page, words("disclaimer"), name="disclaimer"),
    path("privacy/", public.page, words("privacy"), name="privacy"),
    path("accessibility/", public.page, words("accessibility"), name="accessibility"),
    path("site-map/", public.site_map, name="site_map"),
    path("sitemap.xml", feeds.sitemap_xml, name="sitemap_xml"),
    path("robots.txt", public.robots, name="robots"),
    path("feed.rss", feeds.RssFeed(), name="feed_rss"),
    path("feed.atom", feeds.AtomFeed(), name="feed_atom"),
    path("health/", public.health, name="health"),
    path("subscribe/", subscribing.subscribe, name="subscribe"),
    path("subscribe/<str:token>/", subscribing.confirm, name="subscribe_confirm"),
    path("unsubscribe/<str:token>/", subscribing.unsubscribe, name="unsubscribe"),
    path("api/", api_page, name="api_page"),
    path("api/", api.urls),
]
READER = [
    path("ask/", ask.form, name="ask"),
    path("ask/check/", ask.check, name="ask_check"),
    path("ask/preview/", ask.preview, name="ask_preview"),
    path("ask/send/", ask.send, name="ask_send"),
    path("ask/email/<str:token>/", ask.confirm_email, name="ask_email_confirm"),
    path("claim/", claim.claim, name="claim"),
    path("claim/reply/", claim.reply, name="claim_reply"),
    path("claim/withdraw/", claim.withdraw, name="claim_withdraw"),
]
DESK = [
    path("", public.home, name="home"),
    path("queue/", queue.queue, name="queue"),
    path("letters/<uuid:pk>/", review.review, name="review"),
    path("letters/<uuid:pk>/move/", review.move, name="move"),
    path("letters/<uuid:pk>/findings/", review.act_on_findings, name="findings"),
    path("letters/<uuid:pk>/comment/", review.comment, name="comment"),
    path("letters/<uuid:pk>/letter/", writing.letter, name="letter_edit"),
    path("letters/<uuid:pk>/answer/", writing.edit, name="answer_edit"),
    path("letters/<uuid:pk>/redraft/", writing.redraft, name="answer_redraft"),
    path("letters/<uuid:pk>/versions/<int:number>/", writing.version, name="answer_version"),
    path("letters/<uuid:pk>/versions/<int:old>/<int:new>/", writing.difference, name="answer_difference"),
    path("letters/<uuid:pk>/sign/", signing.sign, name="sign"),
    path("letters/<uuid:pk>/correct/", signing.correct, name="correct"),
    path("letters/<uuid:pk>/withdraw/", issues.withdraw, name="withdraw"),
    path("concerns/<uuid:pk>/", review.settle, name="concern"),
    path("files/<uuid:pk>/", review.attachment, name="attachment"),
    path("statement-search/", writing.statement_search, name="statement_search"),
    path("issues/", issues.issues, name="issues"),
    path("issues/new/", issues.new, name="issue_new"),
    path("issues/<uuid:pk>/", issues.build, name="issue_build"),
    path("issues/<uuid:pk>/items/", issues.items, name="issue_items"),
    path("issues/<uuid:pk>/move/", issues.move, name="issue_move"),
    path("issues/<uuid:pk>/web/", issues.preview_web, name="issue_preview_web"),
    path("issues/<uuid:pk>/mail/", issues.preview_mail, name="issue_preview_mail"),
    path("issues/<uuid:pk>/text/", issues.preview_text, name="issue_preview_text"),
    path("issues/<uuid:pk>/pdf/", issues.preview_pdf, name="issue_preview_pdf"),
    path("statements/", checks.statements, name="statements"),
    path("statements/<slug:key>/", checks.statement_check, name="statement_check"),
    path("contacts/", checks.contacts, name="contacts"),
    path("contacts/<int:pk>/", checks.contact_edit, name="contact_edit"),
    path("replies/", checks.replies, name="replies"),
    path("replies/<int:pk>/", checks.reply_edit, name="reply_edit"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="person_new"),
    path("people/<uuid:pk>/", people.edit, name="person_edit"),
    path("retention/", people.retention, name="retention"),
    path("retention/run/", people.retention_run, name="retention_run"),
    path("audit/", people.audit, name="audit"),
]
urlpatterns = [
    *PUBLIC,
    *READER,
    path("desk/", include(DESK)),
    path("become/", become.become, name="become"),
    path("account/", include("allauth.account.urls")),
    path("account/mfa/", include("allauth.mfa.urls")),
]
