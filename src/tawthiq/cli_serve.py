"""The commands that serve a project's pages, and manage the server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tawthiq.cli_base import BadInput, Failure, Project, Quiet, open_project, show_progress

app = typer.Typer()
# Who made an invitation on the command line: no login looks like it.
_HERE = "the command line"
_PROXY_SAYS = {"x-forwarded-proto", "x-forwarded-for"}


@app.command()
def serve(
    project: Project,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes any that is free.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    proxy: Annotated[
        str | None,
        typer.Option("--proxy", help="The address of a proxy that speaks TLS before this; on the server profile 127.0.0.1."),
    ] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Start no worker: `tawthiq work` runs as a service.")] = False,
    quiet: Quiet = False,
) -> None:
    """Serve a project's pages until stopped: read, check, decide. The first start prints a link that makes the first account."""
    os.environ.setdefault("TAWTHIQ_PROFILE", "laptop")
    open_project(project, create=True)
    from django.conf import settings
    from waitress.server import create_server

    from tawthiq.workspace.derived import refresh_all, up_to_date
    from tawthiq.workspace.linker import start_linker
    from tawthiq.workspace.models import Person
    from tawthiq.workspace.people import invite
    from tawthiq.workspace.server import application
    from tawthiq.workspace.worker import Keeper

    if not up_to_date():
        with show_progress(quiet) as progress:
            refresh_all(progress)
    if proxy is None and os.environ["TAWTHIQ_PROFILE"] == "server":
        proxy = "127.0.0.1"
    # What a proxy says of its caller is believed of this one alone: the scheme, and the address that the throttle counts by.
    trusted = {"trusted_proxy": proxy, "trusted_proxy_headers": _PROXY_SAYS} if proxy else {}
    try:
        server = create_server(
            application(), host=host, port=port, threads=8, ident=None, clear_untrusted_proxy_headers=True,
            max_request_body_size=settings.UPLOAD_MOST, **trusted
        )  # fmt: skip
    except OSError as error:
        raise Failure(f"port {port} of {host}: {error.strerror or error}; choose another with --port") from None
    address = f"http://{host}:{getattr(server, 'effective_port', port)}"
    if not Person.objects.filter(is_active=True).exists():
        print(f"Make the first account here, within three days, once: {address}/invitation/{invite('admin')}/", flush=True)
    if not quiet:
        print(f"{address}  (Ctrl-C stops it)", flush=True)
    linker = start_linker()
    keeper = None if no_worker else Keeper(project.resolve())
    if keeper is not None:
        keeper.start()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        if keeper is not None:
            keeper.stop()
        linker.stop()


@app.command()
def work(
    project: Project,
    once: Annotated[bool, typer.Option("--once", help="Do what waits and stop.")] = False,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Do the long work that the pages ask for: imports, answers, releases, backups. `serve` starts it by itself."""
    open_project(project, create=True)
    from tawthiq.workspace.worker import work as work_on

    if not work_on(project.resolve(), once=once, with_parent=with_parent, wait=not once):
        raise Failure("another worker works on this project")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context, project: Project) -> None:
    """Run a management command of Django on a project, such as check --deploy, clearsessions or axes_reset."""
    if not project.is_dir():
        raise BadInput(f"{project} is not a project: run `tawthiq run PATH --project {project}` first")
    os.environ["TAWTHIQ_PROJECT"] = str(project.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tawthiq.workspace.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"{Path(sys.argv[0]).name} manage", *context.args])


@app.command()
def invite(
    project: Project,
    role: Annotated[str, typer.Option("--role", help="reader, reviewer, editor or admin.")] = "admin",
    login: Annotated[str | None, typer.Option("--login", help="Whose password is set anew; of a new account, its login.")] = None,
    address: Annotated[str, typer.Option("--address", help="Where the pages are served.")] = "http://127.0.0.1:8000",
) -> None:
    """Print a link that makes one account, or sets the password of one anew: for an admin who cannot come in."""
    open_project(project)
    from tawthiq.workspace.models import Person
    from tawthiq.workspace.people import invite as make
    from tawthiq.workspace.words import PageWords

    person = Person.objects.filter(login=login).first() if login else None
    try:
        secret = make(person.role, person, by=_HERE) if person is not None else make(role, by=_HERE, login=login or "")
    except ValueError as error:
        raise BadInput(PageWords("en").problem(str(error))) from None
    print(f"{address}/invitation/{secret}/")
