-- Every import is a dated version; its rows are never changed afterwards.
create table import (
    version     integer primary key,
    register    text    not null,
    file        text    not null,
    digest      text    not null, -- SHA-256 of the file
    imported_s  integer not null, -- seconds of UTC
    rows        integer not null
);
create index import_register on import (register, version);

-- The registers hold canonical cell texts, '' where a cell is empty: one parser reads files and store alike.
create table matters (
    version integer not null references import (version), line integer not null,
    id text not null, name text not null, category text not null, kind text not null, dept text not null,
    subjects text not null, method text not null, basis text not null, valid_from text not null,
    valid_to text not null,
    primary key (version, line)
) without rowid;

create table subjects (
    version integer not null references import (version), line integer not null,
    uscc text not null, reg_no text not null, own_id text not null, name text not null, kind text not null,
    region text not null, area text not null, station text not null, office text not null,
    industry text not null, status text not null, credit_class text not null, credit_score text not null,
    credit_date text not null, tags text not null, established text not null, last_drawn text not null,
    key_matters text not null, address text not null, lists text not null, status_date text not null,
    primary key (version, line)
) without rowid;

create table inspectors (
    version integer not null references import (version), line integer not null,
    iid text not null, name text not null, dept text not null, office text not null, station text not null,
    area text not null, cert_valid_to text not null, state text not null, leave text not null,
    tags text not null, lead text not null, expert text not null, capacity text not null, load text not null,
    primary key (version, line)
) without rowid;

create table recusals (
    version integer not null references import (version), line integer not null,
    iid text not null, subject text not null, reason text not null, valid_to text not null,
    source text not null,
    primary key (version, line)
) without rowid;

create table incompatibles (
    version integer not null references import (version), line integer not null,
    iid text not null, iid2 text not null, reason text not null,
    primary key (version, line)
) without rowid;

create table leave (
    version integer not null references import (version), line integer not null,
    iid text not null, valid_from text not null, valid_to text not null, kind text not null,
    note text not null,
    primary key (version, line)
) without rowid;

-- A commitment is recorded before its bundle is published, so that one agency has one live commitment
-- for a matter and window. state: pending (recorded), live (published), drawn, void.
create table draw (
    commitment   text    primary key, -- C
    agency       text    not null,
    draw         text    not null,
    attempt      integer not null,
    matters      text    not null,    -- ids separated by LF
    window_from  text    not null,
    window_to    text    not null,
    frozen_s     integer not null,    -- when this store recorded it, seconds of UTC
    earliest_s   integer not null,    -- the earliest source's time, seconds of UTC
    bundle       text    not null,    -- absolute path of the folder
    state        text    not null check (state in ('pending', 'live', 'drawn', 'void'))
);
create index draw_agency on draw (agency, state);

-- Who was drawn when: exclusion windows of later plans look here.
create table drawn_subject (
    commitment text not null references draw (commitment),
    sid        text not null,
    drawn_on   text not null, -- YYYY-MM-DD
    primary key (commitment, sid)
) without rowid;
