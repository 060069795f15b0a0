//! What refresh does, for whoever sets it.

use leptos::prelude::*;

use crate::parts::made;
use crate::paths;

pub fn help() -> String {
    made(view! {
        <div class="page prose">
            <nav class="crumbs" aria-label="Breadcrumb"><a href=paths::DATA>"Data"</a></nav>
            <h1>"Refresh"</h1>
            <p>
                "Off, every look at a dataset asks the source. On, the dataset is read as a whole in the background, and \
                 its rows, columns, charts and files come from that snapshot until the next run."
            </p>
            <h2>"Where it is set"</h2>
            <ul>
                <li>"For one dataset: open it, then “Refresh”. There are its next runs, its schedule and what has run."</li>
                <li>"For all datasets of a connection: on the connection's page, under “Refresh”; there is its daily budget too."</li>
                <li>"When tables are picked: “Refresh them from the beginning”."</li>
                <li>
                    "“Pause” keeps the snapshot and its age, and lets nothing run until somebody presses “Resume”; a run \
                     under way goes on to its end. “Turn refresh off” deletes the snapshot."
                </li>
            </ul>
            <h2>"What is promised"</h2>
            <ul>
                <li>"Every answer says what it was served from, and how old that is."</li>
                <li>"A run never makes old data look fresh: the snapshot is switched in the moment that the run is recorded."</li>
                <li>"While runs fail, the last good snapshot stays, marked stale with the reason; one that no run made newer in time is overdue."</li>
                <li>"Two runs of one dataset never overlap; runs that were missed become one."</li>
                <li>"When columns came, went or changed their type, the run says so before its rows are served."</li>
                <li>"Whoever wants the source itself presses “Ask the source now”."</li>
            </ul>
            <h2>"When it runs"</h2>
            <p>
                "Every so many minutes, hours, days or weeks; days and weeks at a time of day in a time zone of your \
                 choice. On the night that leaves that hour out, it runs an hour later; on the night that has it twice, \
                 once. Datasets of the same time start within a minute of each other, so that the source is not asked \
                 everything at once."
            </p>
            <h2>"When it fails"</h2>
            <p>
                "What may pass by itself is tried again after 1, 5, 15 and 60 minutes; the rest at its next time. A source \
                 that has no connection left is tried again every minute, and that counts as no failure. The \
                 fifth failure in a row pauses the schedule, with the reason. A password that the source refuses is not \
                 tried a second time, unless somebody says so: all datasets of the connection say “reconnect required”, and go on by themselves \
                 once it is edited or a check of it passes. A value that a snapshot cannot keep (“infinity” as a date, “NaN” as a decimal number of a precision) \
                 fails the run, which names its column. \
                 With “only when asked”, what a person asked for is not tried again by itself; what another system asked for is."
            </p>
            <h2>"What it costs"</h2>
            <p>
                "Each run reads the whole table or view: its rows, its bytes and how long its statement was open at the \
                 source stand beside it, and how long it took in all, from signing in to the file's last check. On Redshift Serverless a run wakes the workgroup, \
                 which is billed for at least 60 seconds. With refresh off Flitch sends a source nothing unless a person acts. \
                 A connection's daily budget rests its refreshes once the source was asked that often in a day (UTC); people may still ask, first runs still come, and what another system asks for starts when the day is over."
            </p>
            <h2>"From outside"</h2>
            <p>
                "A dataset's address starts a run when another system has finished loading: send it a POST. Within a \
                 minute of one, another is the same; a run that was under way already is followed by another, because \
                 it may not have seen what was loaded. Whoever has the address can start runs and nothing else; a new one \
                 takes its place, which is wanted when somebody leaves the team. The operator's command is "<code>"flitch refresh DATASET_ID"</code>"."
            </p>
            <h2>"Where snapshots are"</h2>
            <p>
                "They lie where the operator says, and belong to the connection: disconnecting it deletes them at once."
            </p>
            <p>
                "A few questions go to the source although there is a snapshot, because it would answer them otherwise: \
                 the sum, least and greatest of TIMETZ and of NUMERIC without a precision, sorting by these or by a column of \
                 JSON, money and the like, and filters that compare a column with a VARCHAR that ends in blanks. The answer says “Live” then, and for which column. \
                 A snapshot compares text letter by letter: where the source was told to take capitals and small letters for the same \
                 (COLLATE CASE_INSENSITIVE), only it knows which are equal."
            </p>
        </div>
    })
}
