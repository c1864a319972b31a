-- Every applied import is a dated version; numbers run through all registers of a database.
create table version (
    number      bigint  not null primary key,
    register    text    not null,
    at_s        bigint  not null, -- seconds of UTC
    by_whom     text    not null,
    reason      text,             -- why rows were removed, a word of the closed list
    rows        bigint  not null, -- in force from this version on
    added       bigint  not null,
    changed     bigint  not null,
    removed     bigint  not null,
    held        bigint  not null, -- of the version before, kept because their new row is in quarantine
    quarantined bigint  not null,
    set_clock   bigint  not null  -- 1 if its time is that of a set clock: it serves rehearsals alone
) without rowid;
create index version_register on version (register, number);

-- The files that an import read.
create table source_file (
    version bigint not null references version (number),
    n       bigint not null,
    file    text   not null,
    digest  text   not null, -- SHA-256
    rows    bigint not null,
    primary key (version, n)
) without rowid;

-- The registers hold canonical cell texts, '' where a cell is empty: one parser reads files and store alike.
-- A row is never overwritten or deleted: what changed is closed (`removed` is the first version without it) and
-- added anew. Version v holds the rows with added <= v and (removed is null or removed > v). The rows refer to
-- `version` without a foreign key, because their version is written last, when its counts are known.
create table matters (
    added bigint not null, n bigint not null, removed bigint,
    id text not null, name text not null, category text not null, kind text not null, dept text not null,
    subjects text not null, method text not null, basis text not null, valid_from text not null,
    valid_to text not null,
    primary key (added, n)
) without rowid;

create table subjects (
    added bigint not null, n bigint not null, removed bigint,
    uscc text not null, reg_no text not null, own_id text not null, name text not null, kind text not null,
    region text not null, area text not null, station text not null, office text not null,
    industry text not null, status text not null, credit_class text not null, credit_score text not null,
    credit_date text not null, tags text not null, established text not null, last_drawn text not null,
    key_matters text not null, address text not null, lists text not null default '',
    status_date text not null default '', lon text not null default '', lat text not null default '',
    primary key (added, n)
) without rowid;

create table inspectors (
    added bigint not null, n bigint not null, removed bigint,
    iid text not null, name text not null, dept text not null, office text not null, station text not null,
    area text not null, cert_valid_to text not null, state text not null, leave text not null,
    tags text not null, lead text not null, expert text not null, capacity text not null, load text not null,
    primary key (added, n)
) without rowid;

create table recusals (
    added bigint not null, n bigint not null, removed bigint,
    iid text not null, subject text not null, reason text not null, valid_to text not null,
    source text not null,
    primary key (added, n)
) without rowid;

create table incompatibles (
    added bigint not null, n bigint not null, removed bigint,
    iid text not null, iid2 text not null, reason text not null,
    primary key (added, n)
) without rowid;

create table leave (
    added bigint not null, n bigint not null, removed bigint,
    iid text not null, valid_from text not null, valid_to text not null, kind text not null, note text not null,
    primary key (added, n)
) without rowid;

create table visits (
    added bigint not null, n bigint not null, removed bigint,
    subject text not null, visited_on text not null, agency text not null, kind text not null, matters text not null,
    inspectors text not null, draw text not null, source text not null, note text not null,
    primary key (added, n)
) without rowid;

-- Rows that an import could not take, as they stood in its files.
create table quarantine (
    version bigint not null,
    n       bigint not null,
    file    text   not null,
    sheet   text   not null, -- '' for a file without sheets
    line    bigint not null,
    id      text   not null, -- '' where it is not known
    codes   text   not null, -- of the findings, separated by blanks
    cells   text   not null, -- a JSON array of texts
    primary key (version, n)
) without rowid;

-- The plan of each commitment, by its digest there.
create table plan (
    digest text   not null primary key,
    text   text   not null,
    at_s   bigint not null
) without rowid;

-- The rules of each commitment that has some, by their digest there.
create table rules (
    digest text   not null primary key,
    text   text   not null,
    at_s   bigint not null
) without rowid;

-- A commitment is recorded before its bundle is published, so that one agency has one live commitment
-- for a matter and window. state: pending (recorded), live (published), drawn, void.
create table draw (
    commitment   text   not null primary key, -- C
    agency       text   not null,
    draw         text   not null,
    attempt      bigint not null,
    matters      text   not null, -- ids separated by LF
    window_from  text   not null,
    window_to    text   not null,
    frozen_s     bigint not null, -- when this store recorded it, seconds of UTC
    earliest_s   bigint not null, -- the earliest source's time, seconds of UTC
    host         text   not null, -- the machine whose folder it is
    bundle       text   not null, -- absolute path of the folder
    rehearsal    bigint not null, -- 1 for a rehearsal, which binds and counts among rehearsals alone
    state        text   not null check (state in ('pending', 'live', 'drawn', 'void')),
    drawn_s      bigint -- when it was drawn, seconds of UTC
) without rowid;
create index draw_agency on draw (agency, state);

-- The exact versions of the registers that a draw was frozen from.
create table draw_version (
    commitment text   not null references draw (commitment),
    register   text   not null,
    version    bigint not null references version (number),
    primary key (commitment, register)
) without rowid;

-- Who was drawn when, for which matters, and who came: caps, exclusion windows and rotation of later plans look here.
create table drawn_subject (
    commitment text not null references draw (commitment),
    sid        text not null,
    drawn_on   text not null, -- YYYY-MM-DD
    agencies   text not null, -- names separated by LF
    matters    text not null, -- ids separated by LF
    inspectors text not null, -- iids separated by LF
    primary key (commitment, sid)
) without rowid;
