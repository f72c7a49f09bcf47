"""The pages of a workspace. Who may open each stands in `access.ACCESS`."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from tawthiq.workspace.api import api
from tawthiq.workspace.views import (
    account,
    administration,
    alerts,
    errors,
    incidents,
    knowledge,
    learning,
    overview,
    people,
    publication,
    queue,
    reports,
    search,
    work,
)


class AnyConverter(StringConverter):
    """A name that holds whatever a source put into it, slashes and line ends too."""

    regex = r"[\s\S]+"


register_converter(AnyConverter, "any")
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("invitation/<str:secret>/", account.invitation, name="invitation"),
    path("language/", account.language, name="language"),
    path("account/", account.account, name="account"),
    path("account/second-factor/", account.second_factor, name="second-factor"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<int:key>/revoke/", account.revoke, name="token-revoke"),
    path("queue/", queue.queue, name="queue"),
    path("queue/skip/", queue.skip, name="queue-skip"),
    path("queue/undo/", queue.undo, name="undo"),
    path("claims/", reports.claims, name="claims"),
    path("claims/<any:key>/slot/<str:slot>/", queue.slot, name="slot"),
    path("claims/<any:key>/decide/", queue.decide, name="decide"),
    path("claims/<any:key>/", queue.claim, name="claim"),
    path("settle/", incidents.settle, name="settle"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<any:name>/", reports.report, name="report"),
    path("originals/<any:name>/", reports.original, name="original"),
    path("previews/<any:name>/", reports.preview, name="preview"),
    path("additions/<any:name>/", reports.add_claim, name="add-claim"),
    path("incidents/<str:name>/review/", incidents.review, name="review-incident"),
    path("incidents/<str:name>/merge/", incidents.merge, name="merge"),
    path("incidents/<str:name>/split/", incidents.split, name="split"),
    path("incidents/<str:name>/not-the-same/", incidents.not_the_same, name="not-the-same"),
    path("incidents/<str:name>/", incidents.incident, name="incident"),
    path("waterfall/", incidents.waterfall, name="waterfall"),
    path("search/", search.search, name="search"),
    path("search/map.json", search.search_map, name="search-map"),
    path("search/export/", search.export, name="search-export"),
    path("outlines.json", search.outlines, name="outlines"),
    path("import/", work.bring, name="import"),
    path("jobs/<int:key>/", work.job, name="job"),
    path("jobs/<int:key>/columns/", work.columns, name="columns"),
    path("jobs/<int:key>/stop/", work.stop, name="job-stop"),
    path("jobs/<int:key>/again/", work.again, name="job-again"),
    path("jobs/<int:key>/keep/", work.keep, name="trial-keep"),
    path("actors/", knowledge.actors, name="actors"),
    path("actors/<str:key>/", knowledge.actor, name="actor"),
    path("places/", knowledge.places, name="places"),
    path("places/<any:key>/", knowledge.place, name="place"),
    path("sources/", knowledge.sources, name="sources"),
    path("sources/<any:key>/grade/", knowledge.grade, name="grade-source"),
    path("sources/<any:key>/", knowledge.source, name="source"),
    path("hypotheses/", knowledge.hypotheses, name="hypotheses"),
    path("forecasts/", knowledge.forecasts, name="forecasts"),
    path("forecasts/settle/", knowledge.settle, name="settle-forecast"),
    path("tallies/", knowledge.tallies, name="tallies"),
    path("vocabulary/", knowledge.vocabulary, name="vocabulary"),
    path("vocabulary/leave/", knowledge.leave, name="vocabulary-leave"),
    path("vocabulary/reread/", knowledge.reread, name="vocabulary-reread"),
    path("publish/", publication.publish, name="publish"),
    path("publish/release/", publication.release, name="release"),
    path("publish/profile/", publication.profile, name="profile"),
    path("publish/withdraw/", publication.withdraw, name="withdraw"),
    path("publish/withhold/", publication.withhold, name="withhold"),
    path("publish/site.zip", publication.site, name="site"),
    path("searches/", alerts.searches, name="searches"),
    path("searches/<int:key>/", alerts.saved, name="saved-search"),
    path("searches/<int:key>/forget/", alerts.forget, name="search-forget"),
    path("alerts/<str:secret>.atom", alerts.feed, name="alert-feed"),
    path("administration/", administration.administration, name="administration"),
    path("administration/backup/", administration.backup, name="backup"),
    path("administration/backups/<str:name>", administration.take_backup, name="backup-file"),
    path("administration/restore/", administration.restore, name="restore"),
    path("administration/sources/", administration.sources, name="polled-sources"),
    path("administration/collect/", administration.collect, name="collect"),
    path("learn/", learning.codebook, name="codebook"),
    path("learn/practice/<int:number>/", learning.practice, name="practice"),
    path("learn/sets/", learning.sets, name="coding-sets"),
    path("learn/sets/<int:key>/", learning.coding_set, name="coding-set"),
    path("learn/sets/<int:key>/code/", learning.code, name="code"),
    path("people/", people.people, name="people"),
    path("people/<int:key>/", people.person, name="person"),
    path("invitations/<int:key>/revoke/", people.revoke, name="invitation-revoke"),
    path("audit/", people.audit, name="audit"),
    path("api/v1/", api.urls),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed
