//! What a refused way in means for all datasets of its connection: nothing is tried through it until there is another.

/// Nothing more is tried through a connection whose way in was refused, until that is another: its own, or the credential
/// that it leans on, was changed since. What was asked for by then waits for that, and is due then. What a person or five
/// failures paused waits for a person; of the latter it is kept, so that no other system tries the same way again, and who
/// pressed before this did not mean to try it.
pub(super) const HALT: &str = concat!(
    "update refresh
     set halt = case when halt = 'failures' then halt else 'credential' end, halt_at = $2, halt_version = $3,
         asked_at = case when halt = 'failures' and asked_by like '@%' then asked_at else null end,
         next_at = case when halt <> 'failures' and asked_at is not null and (next_at is null or next_at > $2)
                        then $2 else next_at end
     where connection_id = (select r.connection_id from refresh r where r.dataset_id = $1)
       and is_on = 1
       and halt <> 'person'
       and $3 = ",
    version!()
);

/// There was another way in by the time that this one was refused: whoever asked for the run gets another at once. What runs
/// by itself is tried again anyway.
pub(super) const ANEW: &str = concat!(
    "update refresh
     set asked_by = case when asked_at is null then (select n.asked_by from refresh_run n where n.id = $4)
                         else asked_by end,
         asked_at = coalesce(asked_at, cast($2 as bigint))
     where dataset_id = $1
       and is_on = 1
       and halt <> 'person'
       and exists (select 1 from refresh_run n where n.id = $4 and n.asked_by <> '')
       and $3 <> ",
    version!()
);

/// It was refused to another dataset of the connection, and is the same: it is not tried again for a first run, which is
/// due once there is another.
pub(super) const WAIT_WITH_OTHERS: &str = concat!(
    "update refresh
     set halt = 'credential',
         halt_at = (select max(o.halt_at) from refresh o
                    where o.connection_id = refresh.connection_id
                      and o.is_on = 1
                      and o.halt in ('credential', 'failures')
                      and o.halt_version = ",
    version!(),
    "),
         halt_version = ",
    version!(),
    ", asked_at = null, next_at = $2
     where dataset_id = $1
       and halt = ''
       and asked_by = $3
       and asked_at is not null
       and exists (select 1 from refresh o
                   where o.connection_id = refresh.connection_id
                     and o.is_on = 1
                     and o.halt in ('credential', 'failures')
                     and o.halt_version = ",
    version!(),
    ")"
);
