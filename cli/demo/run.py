"""`./wb demo`: everything running on one's own machine, from nothing to a bio."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cli.demo.fill import glaze_sample, import_sample, snapshot_sample
from cli.demo.show import DemoInfo, demo_info, print_info, write_info
from cli.demo.stage import api_program, demo_settings, free_port, started, wait_until_ready, worker_program
from cli.demo.steps import Steps
from cli.folder_lock import FolderInUseError, folder_lock
from cli.held import remove_tree
from cli.processes import Stopped, stop_on_signals
from cli.servers.folders import erase_data
from cli.servers.start import servers_for
from glaze.db.migrate import upgrade
from glaze.errors import ConflictError
from glaze.settings import load_settings


def run_demo(data_dir: Path, *, port: int | None, fresh: bool, info_file: Path | None) -> None:
    """Run the demo on a data folder until it is stopped; a second one on the same folder names the first and ends."""
    try:
        with folder_lock(data_dir) as lock:
            if fresh:
                erase_data(data_dir)
                remove_tree(data_dir / "storage")
            _run(data_dir, port, info_file, lock.tell)
    except FolderInUseError as error:
        _show_the_first(error.info, info_file)


def _run(data_dir: Path, port: int | None, info_file: Path | None, tell: Any) -> None:
    steps = Steps()
    with stop_on_signals() as stop:
        try:
            with servers_for(load_settings(), data_dir, durable=True) as servers:
                settings = demo_settings(servers, data_dir)
                with steps.step("servers started and database migrated"):
                    upgrade(servers.database_url)
                port = port or free_port()
                url = f"http://127.0.0.1:{port}"
                programs = [
                    api_program(settings, port, data_dir / "api.log"),
                    worker_program(settings, data_dir / "worker.log"),
                ]
                with started(programs) as supervisor:
                    with steps.step("sample group imported"):
                        import_sample(settings)
                    with steps.step("snapshots taken"):
                        taken = snapshot_sample(settings)
                    with steps.step(f"highlights of {taken.pairs} people written"):
                        glaze_sample(settings)
                    with steps.step("API and worker running"):
                        wait_until_ready(supervisor, url, stop)
                    info = demo_info(settings, url)
                    print(f"ready after {steps.seconds():.1f} s", flush=True)
                    tell(asdict(info))
                    print_info(info)
                    if info_file is not None:
                        write_info(info, info_file)
                    supervisor.watch(stop)
        except Stopped:
            print("stopped.", file=sys.stderr)


def _show_the_first(told: Mapping[str, object], info_file: Path | None) -> None:
    try:
        info = DemoInfo(**told)  # type: ignore[arg-type] # written by `tell` above
    except TypeError:
        raise ConflictError("Another demo on this data folder is just starting: try again in a moment.") from None
    print(f"The demo runs already at {info.url}/graphql")
    print_info(info)
    if info_file is not None:
        write_info(info, info_file)
