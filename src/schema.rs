// @generated automatically by Diesel CLI.

diesel::table! {
    use diesel::sql_types::*;

    bureaus (id) {
        id -> Int4,
        code -> Text,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    catalogue_versions (bureau_id, version) {
        bureau_id -> Int4,
        version -> Int4,
        document -> Jsonb,
        recorded_at -> Timestamptz,
        recorded_by -> Text,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    clients (bureau_id, client_id) {
        bureau_id -> Int4,
        client_id -> Text,
        name -> Text,
        organisation -> Text,
        scopes -> Array<Text>,
        secret_hash -> Bytea,
        revoked -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    file_attachments (bureau_id, file, subject_type, subject) {
        bureau_id -> Int4,
        file -> Uuid,
        subject_type -> Text,
        subject -> Text,
        school -> Nullable<Text>,
        attached_by -> Text,
        attached_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    file_contents (bureau_id, sha256) {
        bureau_id -> Int4,
        sha256 -> Bytea,
        size -> Int8,
        stored_at -> Timestamptz,
        unused_since -> Nullable<Timestamptz>,
        lost_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    files (bureau_id, id) {
        bureau_id -> Int4,
        id -> Uuid,
        school -> Nullable<Text>,
        name -> Text,
        media_type -> Text,
        size -> Int8,
        sha256 -> Bytea,
        uploaded_by -> Text,
        uploaded_at -> Timestamptz,
        unattached_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    form_versions (bureau_id, form, version) {
        bureau_id -> Int4,
        form -> Text,
        version -> Int4,
        definition -> Jsonb,
        catalogue_version -> Int4,
        published_at -> Timestamptz,
        published_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    idempotency_keys (bureau_id, caller, route, key) {
        bureau_id -> Int4,
        caller -> Text,
        route -> Text,
        key -> Text,
        request_hash -> Bytea,
        status -> Int2,
        headers -> Jsonb,
        body -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    journal (bureau_id, id) {
        bureau_id -> Int4,
        id -> Int8,
        recorded_at -> Timestamptz,
        actor -> Text,
        action -> Text,
        subject_type -> Text,
        subject -> Text,
        school -> Nullable<Text>,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        request_id -> Uuid,
        position -> Nullable<Int8>,
        hash -> Nullable<Bytea>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    organisation_versions (bureau_id, code, version) {
        bureau_id -> Int4,
        code -> Text,
        version -> Int4,
        name -> Text,
        stage -> Nullable<Text>,
        township -> Nullable<Text>,
        parent -> Nullable<Text>,
        opened_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    organisations (bureau_id, code) {
        bureau_id -> Int4,
        code -> Text,
        kind -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    refresh_tokens (bureau_id, token_hash) {
        bureau_id -> Int4,
        token_hash -> Bytea,
        session -> Uuid,
        issued_at -> Timestamptz,
        replaced_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    register_revisions (bureau_id, register, record, revision) {
        bureau_id -> Int4,
        register -> Text,
        record -> Text,
        revision -> Int4,
        register_version -> Int4,
        school -> Nullable<Text>,
        state -> Text,
        timeline -> Jsonb,
        fields -> Jsonb,
        explanations -> Jsonb,
        withdrawn -> Bool,
        action -> Text,
        note -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    register_versions (bureau_id, register, version) {
        bureau_id -> Int4,
        register -> Text,
        version -> Int4,
        definition -> Jsonb,
        catalogue_version -> Int4,
        recorded_at -> Timestamptz,
        recorded_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    retired_keys (kid) {
        kid -> Text,
        public_key -> Bytea,
        retired_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    sessions (bureau_id, id) {
        bureau_id -> Int4,
        id -> Uuid,
        username -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    signing_keys (kid) {
        kid -> Text,
        sealed_private_key -> Bytea,
        public_key -> Bytea,
        created_at -> Timestamptz,
        active_from -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    submission_extensions (bureau_id, form, period, school) {
        bureau_id -> Int4,
        form -> Text,
        period -> Text,
        school -> Text,
        until -> Date,
        reason -> Text,
        version -> Int4,
        granted_by -> Text,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    submission_revisions (bureau_id, form, period, school, revision) {
        bureau_id -> Int4,
        form -> Text,
        period -> Text,
        school -> Text,
        revision -> Int4,
        form_version -> Int4,
        content -> Jsonb,
        warnings -> Jsonb,
        late -> Bool,
        submitted_by -> Text,
        submitted_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    submission_standings (bureau_id, form, period, school, basis, valid_from) {
        bureau_id -> Int4,
        form -> Text,
        period -> Text,
        school -> Text,
        basis -> Text,
        valid_from -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
        revision -> Int4,
        decided_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    submission_values (bureau_id, indicator, period, school, dimensions, form, revision) {
        bureau_id -> Int4,
        indicator -> Text,
        period -> Text,
        school -> Text,
        dimensions -> Jsonb,
        form -> Text,
        revision -> Int4,
        number -> Nullable<Numeric>,
        text -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    submissions (bureau_id, form, period, school) {
        bureau_id -> Int4,
        form -> Text,
        period -> Text,
        school -> Text,
        state -> Text,
        version -> Int4,
        content -> Jsonb,
        revision -> Int4,
        accepted_revision -> Nullable<Int4>,
        late -> Bool,
        submitted_by -> Nullable<Text>,
        submitted_at -> Nullable<Timestamptz>,
        note -> Nullable<Text>,
        updated_by -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    users (bureau_id, username) {
        bureau_id -> Int4,
        username -> Text,
        display_name -> Text,
        organisation -> Text,
        roles -> Array<Text>,
        password_hash -> Text,
        disabled -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(catalogue_versions -> bureaus (bureau_id));
diesel::joinable!(file_contents -> bureaus (bureau_id));
diesel::joinable!(idempotency_keys -> bureaus (bureau_id));
diesel::joinable!(journal -> bureaus (bureau_id));
diesel::joinable!(organisations -> bureaus (bureau_id));

diesel::allow_tables_to_appear_in_same_query!(
    bureaus,
    catalogue_versions,
    clients,
    file_attachments,
    file_contents,
    files,
    form_versions,
    idempotency_keys,
    journal,
    organisation_versions,
    organisations,
    refresh_tokens,
    register_revisions,
    register_versions,
    retired_keys,
    sessions,
    signing_keys,
    submission_extensions,
    submission_revisions,
    submission_standings,
    submission_values,
    submissions,
    users,
);
