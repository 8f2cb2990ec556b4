#!/usr/bin/env bash
# Dumps the database into /backups at once and then daily at BACKUP_AT (UTC), and forgets what is older than
# BACKUP_KEEP_DAYS; with the argument `once`, only now. It connects as a superuser: row-level security, which binds even
# the owner of the tables, would keep rows out of anybody else's dump.
set -euo pipefail
export TZ=UTC PGDATABASE=jixiao
folder=${BACKUP_FOLDER:-/backups}
if [[ -e /run/secrets/postgres_password ]]; then
    PGPASSWORD=$(</run/secrets/postgres_password)
    export PGPASSWORD
fi

back_up() {
    local file
    file=$folder/jixiao-$(date +%Y%m%dT%H%M%SZ).dump
    pg_dump --format=custom --file="$file.unfinished"
    # What cannot be read back is no backup.
    pg_restore --list "$file.unfinished" >/dev/null
    mv "$file.unfinished" "$file"
    echo "backed up to $file, $(stat --format=%s "$file") bytes"
    # Only after a success, so that a database that cannot be dumped does not use up its old backups.
    find "$folder" -maxdepth 1 -name 'jixiao-*.dump*' -mmin "+$((BACKUP_KEEP_DAYS * 24 * 60))" -delete
}

: "${BACKUP_KEEP_DAYS:=14}"
back_up
if [[ ${1:-} == once ]]; then exit; fi
while true; do
    next=$(date --date="$BACKUP_AT" +%s)
    now=$(date +%s)
    # In the background, so that a stop is heard at once.
    sleep $(((next - now + 86400) % 86400 + 1)) &
    trap 'kill $!; exit' TERM INT
    wait $!
    back_up
done
