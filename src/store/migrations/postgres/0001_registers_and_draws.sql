-- The tables of ../sqlite, with text ordered by its bytes as SQLite orders it.

-- Every applied import is a dated version; numbers run through all registers of a database.
create table version (
    number      bigint  not null primary key,
    register    text collate "C" not null,
    at_s        bigint  not null, -- seconds of UTC
    by_whom     text collate "C" not null,
    reason      text collate "C",             -- why rows were removed, a word of the closed list
    rows        bigint  not null, -- in force from this version on
    added       bigint  not null,
    changed     bigint  not null,
    removed     bigint  not null,
    held        bigint  not null, -- of the version before, kept because their new row is in quarantine
    quarantined bigint  not null,
    set_clock   bigint  not null  -- 1 if its time is that of a set clock: it serves rehearsals alone
);
create index version_register on version (register, number);

-- The files that an import read.
create table source_file (
    version bigint not null references version (number),
    n       bigint not null,
    file    text collate "C" not null,
    digest  text collate "C" not null, -- SHA-256
    rows    bigint not null,
    primary key (version, n)
);

-- The registers hold canonical cell texts, '' where a cell is empty: one parser reads files and store alike.
-- A row is never overwritten or deleted: what changed is closed (`removed` is the first version without it) and
-- added anew. Version v holds the rows with added <= v and (removed is null or removed > v). The rows refer to
-- `version` without a foreign key, because their version is written last, when its counts are known.
create table matters (
    added bigint not null, n bigint not null, removed bigint,
    id text collate "C" not null, name text collate "C" not null, category text collate "C" not null,
    kind text collate "C" not null, dept text collate "C" not null, subjects text collate "C" not null,
    method text collate "C" not null, basis text collate "C" not null, valid_from text collate "C" not null,
    valid_to text collate "C" not null,
    primary key (added, n)
);

create table subjects (
    added bigint not null, n bigint not null, removed bigint,
    uscc text collate "C" not null, reg_no text collate "C" not null, own_id text collate "C" not null,
    name text collate "C" not null, kind text collate "C" not null, region text collate "C" not null,
    area text collate "C" not null, station text collate "C" not null, office text collate "C" not null,
    industry text collate "C" not null, status text collate "C" not null,
    credit_class text collate "C" not null, credit_score text collate "C" not null,
    credit_date text collate "C" not null, tags text collate "C" not null,
    established text collate "C" not null, last_drawn text collate "C" not null,
    key_matters text collate "C" not null, address text collate "C" not null,
    lists text collate "C" not null default '', status_date text collate "C" not null default '',
    lon text collate "C" not null default '', lat text collate "C" not null default '',
    primary key (added, n)
);

create table inspectors (
    added bigint not null, n bigint not null, removed bigint,
    iid text collate "C" not null, name text collate "C" not null, dept text collate "C" not null,
    office text collate "C" not null, station text collate "C" not null, area text collate "C" not null,
    cert_valid_to text collate "C" not null, state text collate "C" not null,
    leave text collate "C" not null, tags text collate "C" not null, lead text collate "C" not null,
    expert text collate "C" not null, capacity text collate "C" not null, load text collate "C" not null,
    primary key (added, n)
);

create table recusals (
    added bigint not null, n bigint not null, removed bigint,
    iid text collate "C" not null, subject text collate "C" not null, reason text collate "C" not null,
    valid_to text collate "C" not null, source text collate "C" not null,
    primary key (added, n)
);

create table incompatibles (
    added bigint not null, n bigint not null, removed bigint,
    iid text collate "C" not null, iid2 text collate "C" not null, reason text collate "C" not null,
    primary key (added, n)
);

create table leave (
    added bigint not null, n bigint not null, removed bigint,
    iid text collate "C" not null, valid_from text collate "C" not null, valid_to text collate "C" not null,
    kind text collate "C" not null, note text collate "C" not null,
    primary key (added, n)
);

create table visits (
    added bigint not null, n bigint not null, removed bigint,
    subject text collate "C" not null, visited_on text collate "C" not null, agency text collate "C" not null,
    kind text collate "C" not null, matters text collate "C" not null, inspectors text collate "C" not null,
    draw text collate "C" not null, source text collate "C" not null, note text collate "C" not null,
    primary key (added, n)
);

-- Rows that an import could not take, as they stood in its files.
create table quarantine (
    version bigint not null,
    n       bigint not null,
    file    text collate "C" not null,
    sheet   text collate "C" not null, -- '' for a file without sheets
    line    bigint not null,
    id      text collate "C" not null, -- '' where it is not known
    codes   text collate "C" not null, -- of the findings, separated by blanks
    cells   text collate "C" not null, -- a JSON array of texts
    primary key (version, n)
);

-- The plan of each commitment, by its digest there.
create table plan (
    digest text collate "C" not null primary key,
    text   text collate "C" not null,
    at_s   bigint not null
);

-- The rules of each commitment that has some, by their digest there.
create table rules (
    digest text collate "C" not null primary key,
    text   text collate "C" not null,
    at_s   bigint not null
);

-- A commitment is recorded before its bundle is published, so that one agency has one live commitment
-- for a matter and window. state: pending (recorded), live (published), drawn, void.
create table draw (
    commitment   text collate "C" not null primary key, -- C
    agency       text collate "C" not null,
    draw         text collate "C" not null,
    attempt      bigint not null,
    matters      text collate "C" not null, -- ids separated by LF
    window_from  text collate "C" not null,
    window_to    text collate "C" not null,
    frozen_s     bigint not null, -- when this store recorded it, seconds of UTC
    earliest_s   bigint not null, -- the earliest source's time, seconds of UTC
    host         text collate "C" not null, -- the machine whose folder it is
    bundle       text collate "C" not null, -- absolute path of the folder
    rehearsal    bigint not null, -- 1 for a rehearsal, which binds and counts among rehearsals alone
    state        text collate "C" not null check (state in ('pending', 'live', 'drawn', 'void')),
    drawn_s      bigint -- when it was drawn, seconds of UTC
);
create index draw_agency on draw (agency, state);

-- The exact versions of the registers that a draw was frozen from.
create table draw_version (
    commitment text collate "C" not null references draw (commitment),
    register   text collate "C" not null,
    version    bigint not null references version (number),
    primary key (commitment, register)
);

-- Who was drawn when, for which matters, and who came: caps, exclusion windows and rotation of later plans look here.
create table drawn_subject (
    commitment text collate "C" not null references draw (commitment),
    sid        text collate "C" not null,
    drawn_on   text collate "C" not null, -- YYYY-MM-DD
    agencies   text collate "C" not null, -- names separated by LF
    matters    text collate "C" not null, -- ids separated by LF
    inspectors text collate "C" not null, -- iids separated by LF
    primary key (commitment, sid)
);
