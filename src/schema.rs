// @generated automatically by Diesel CLI.

diesel::table! {
    use diesel::sql_types::*;

    asset_disposal_items (bureau_id, disposal, asset) {
        bureau_id -> Int4,
        disposal -> Text,
        asset -> Text,
        school -> Nullable<Text>,
        name -> Text,
        value -> Numeric,
        state_before -> Text,
        under_way -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    asset_disposal_steps (bureau_id, disposal, step) {
        bureau_id -> Int4,
        disposal -> Text,
        step -> Int4,
        school -> Nullable<Text>,
        action -> Text,
        day -> Date,
        document -> Nullable<Text>,
        participants -> Nullable<Text>,
        amount -> Nullable<Numeric>,
        note -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    asset_disposals (bureau_id, disposal) {
        bureau_id -> Int4,
        disposal -> Text,
        organisation -> Text,
        school -> Nullable<Text>,
        method -> Text,
        value -> Numeric,
        approval -> Text,
        state -> Text,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    asset_inventories (bureau_id, inventory) {
        bureau_id -> Int4,
        inventory -> Text,
        day -> Date,
        organisation -> Nullable<Text>,
        school -> Nullable<Text>,
        note -> Nullable<Text>,
        state -> Text,
        version -> Int4,
        opened_by -> Text,
        opened_at -> Timestamptz,
        closed_by -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    asset_inventory_items (bureau_id, inventory, organisation, asset) {
        bureau_id -> Int4,
        inventory -> Text,
        asset -> Text,
        organisation -> Text,
        school -> Nullable<Text>,
        expected -> Bool,
        name -> Text,
        category -> Nullable<Text>,
        value -> Nullable<Numeric>,
        place -> Nullable<Text>,
        found -> Nullable<Bool>,
        found_place -> Nullable<Text>,
        note -> Nullable<Text>,
        counts -> Int4,
        counted_by -> Nullable<Text>,
        counted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    asset_revisions (bureau_id, asset, revision) {
        bureau_id -> Int4,
        asset -> Text,
        revision -> Int4,
        organisation -> Text,
        school -> Nullable<Text>,
        name -> Text,
        category -> Text,
        value -> Numeric,
        acquired_on -> Date,
        funded_from -> Nullable<Text>,
        place -> Nullable<Text>,
        user_name -> Nullable<Text>,
        state -> Text,
        deregistered_on -> Nullable<Date>,
        action -> Text,
        note -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    budget_entries (bureau_id, item, entry) {
        bureau_id -> Int4,
        item -> Text,
        entry -> Int4,
        year -> Int4,
        school -> Nullable<Text>,
        kind -> Text,
        amount -> Numeric,
        day -> Date,
        counterpart -> Nullable<Text>,
        document -> Nullable<Text>,
        reason -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    budget_items (bureau_id, item) {
        bureau_id -> Int4,
        item -> Text,
        year -> Int4,
        parent -> Nullable<Text>,
        is_lump -> Bool,
        organisation -> Text,
        school -> Nullable<Text>,
        project -> Nullable<Text>,
        name -> Text,
        division_code -> Nullable<Text>,
        agency_code -> Nullable<Text>,
        function -> Nullable<Text>,
        economic -> Nullable<Text>,
        government_economic -> Nullable<Text>,
        fund -> Nullable<Text>,
        source -> Nullable<Text>,
        is_procurement -> Bool,
        original -> Numeric,
        adjusted -> Numeric,
        received -> Numeric,
        detailed -> Numeric,
        paid -> Numeric,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

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

    evaluation_results (bureau_id, year, kind, subject) {
        bureau_id -> Int4,
        year -> Int4,
        kind -> Text,
        subject -> Text,
        school -> Nullable<Text>,
        name -> Text,
        category -> Nullable<Text>,
        as_of -> Timestamptz,
        journal_position -> Int8,
        content -> Jsonb,
        corrections -> Jsonb,
        sheet -> Jsonb,
        policy -> Text,
        total -> Numeric,
        grade -> Text,
        budget -> Numeric,
        action -> Text,
        percent -> Int4,
        suggested -> Numeric,
        reasoning -> Jsonb,
        finalised_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    evaluations (bureau_id, year, kind, subject) {
        bureau_id -> Int4,
        year -> Int4,
        kind -> Text,
        subject -> Text,
        organisation -> Text,
        school -> Nullable<Text>,
        state -> Text,
        version -> Int4,
        content -> Jsonb,
        corrections -> Jsonb,
        opinion -> Nullable<Text>,
        note -> Nullable<Text>,
        submitted_by -> Nullable<Text>,
        submitted_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Text>,
        reviewed_at -> Nullable<Timestamptz>,
        updated_by -> Text,
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

    goal_versions (bureau_id, year, goal, version) {
        bureau_id -> Int4,
        year -> Int4,
        goal -> Text,
        version -> Int4,
        school -> Nullable<Text>,
        section -> Text,
        parent -> Nullable<Text>,
        name -> Text,
        content -> Jsonb,
        state -> Text,
        row_version -> Int4,
        reason -> Nullable<Text>,
        review -> Nullable<Jsonb>,
        last_year -> Nullable<Jsonb>,
        note -> Nullable<Text>,
        submitted_by -> Nullable<Text>,
        reviewed_by -> Nullable<Text>,
        approved_by -> Nullable<Text>,
        approved_at -> Nullable<Timestamptz>,
        superseded_at -> Nullable<Timestamptz>,
        updated_by -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    goals (bureau_id, year, goal) {
        bureau_id -> Int4,
        year -> Int4,
        goal -> Text,
        level -> Text,
        organisation -> Text,
        school -> Nullable<Text>,
        project -> Nullable<Text>,
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

    job_contents (bureau_id, job, number) {
        bureau_id -> Int4,
        job -> Uuid,
        number -> Int4,
        school -> Nullable<Text>,
        content -> Bytea,
        stored_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    job_steps (bureau_id, job, number) {
        bureau_id -> Int4,
        job -> Uuid,
        number -> Int4,
        school -> Nullable<Text>,
        outcome -> Jsonb,
        taken_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    jobs (bureau_id, id) {
        bureau_id -> Int4,
        id -> Uuid,
        account -> Text,
        school -> Nullable<Text>,
        operation -> Text,
        target -> Text,
        headers -> Jsonb,
        size -> Int8,
        request_id -> Uuid,
        state -> Text,
        cancel_requested -> Bool,
        done -> Int8,
        total -> Nullable<Int8>,
        attempts -> Int4,
        lease -> Nullable<Uuid>,
        due_at -> Timestamptz,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        status -> Nullable<Int2>,
        content_type -> Nullable<Text>,
        answer -> Nullable<Bytea>,
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

    monitoring_readings (bureau_id, round, project, reading) {
        bureau_id -> Int4,
        round -> Text,
        project -> Text,
        reading -> Int4,
        school -> Nullable<Text>,
        organisation -> Text,
        section -> Text,
        seen -> Jsonb,
        light -> Nullable<Text>,
        as_of -> Timestamptz,
        journal_position -> Int8,
        recorded_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    monitoring_rounds (bureau_id, round) {
        bureau_id -> Int4,
        round -> Text,
        year -> Int4,
        month -> Int4,
        name -> Text,
        due_on -> Date,
        state -> Text,
        row_version -> Int4,
        read_at -> Timestamptz,
        opened_by -> Text,
        opened_at -> Timestamptz,
        closed_by -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    monitoring_sheets (bureau_id, round, project) {
        bureau_id -> Int4,
        round -> Text,
        project -> Text,
        school -> Nullable<Text>,
        reading -> Int4,
        state -> Text,
        entered -> Jsonb,
        note -> Nullable<Text>,
        row_version -> Int4,
        updated_by -> Text,
        updated_at -> Timestamptz,
        entered_by -> Nullable<Text>,
        submitted_by -> Nullable<Text>,
        submitted_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Text>,
        reviewed_at -> Nullable<Timestamptz>,
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

    payment_plans (bureau_id, item, revision) {
        bureau_id -> Int4,
        item -> Text,
        revision -> Int4,
        school -> Nullable<Text>,
        months -> Array<Numeric>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    payments (bureau_id, voucher) {
        bureau_id -> Int4,
        voucher -> Text,
        item -> Text,
        year -> Int4,
        school -> Nullable<Text>,
        amount -> Numeric,
        paid_on -> Date,
        payment_type -> Nullable<Text>,
        payee -> Nullable<Text>,
        purpose -> Nullable<Text>,
        reverses -> Nullable<Text>,
        reversed -> Numeric,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    project_appraisals (bureau_id, project, appraisal) {
        bureau_id -> Int4,
        project -> Text,
        appraisal -> Int4,
        school -> Nullable<Text>,
        revision -> Int4,
        policy -> Text,
        scores -> Jsonb,
        total -> Numeric,
        by_points -> Text,
        conclusion -> Text,
        reason -> Nullable<Text>,
        opinion -> Text,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    project_revisions (bureau_id, project, revision) {
        bureau_id -> Int4,
        project -> Text,
        revision -> Int4,
        school -> Nullable<Text>,
        name -> Text,
        category -> Text,
        section -> Text,
        first_year -> Int4,
        last_year -> Int4,
        is_key -> Bool,
        is_special_fund -> Bool,
        summary -> Nullable<Text>,
        state -> Text,
        action -> Text,
        note -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    projects (bureau_id, code) {
        bureau_id -> Int4,
        code -> Text,
        organisation -> Text,
        school -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    reconciliations (bureau_id, id) {
        bureau_id -> Int4,
        id -> Uuid,
        year -> Int4,
        until -> Date,
        items -> Int4,
        differences -> Jsonb,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    rectification_revisions (bureau_id, code, revision) {
        bureau_id -> Int4,
        code -> Text,
        revision -> Int4,
        organisation -> Text,
        school -> Nullable<Text>,
        section -> Text,
        source -> Text,
        subject_type -> Nullable<Text>,
        subject -> Nullable<Text>,
        finding -> Text,
        measure -> Nullable<Text>,
        owner -> Nullable<Text>,
        found_on -> Date,
        due_on -> Date,
        state -> Text,
        timeline -> Jsonb,
        action -> Text,
        note -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
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

    reports (bureau_id, code) {
        bureau_id -> Int4,
        code -> Text,
        template -> Text,
        year -> Int4,
        number -> Int4,
        title -> Text,
        state -> Text,
        version -> Int4,
        assembly -> Int4,
        document -> Text,
        sha256 -> Bytea,
        findings -> Jsonb,
        acknowledged -> Jsonb,
        as_of -> Timestamptz,
        journal_position -> Int8,
        assembled_by -> Text,
        assembled_at -> Timestamptz,
        note -> Nullable<Text>,
        approved_by -> Nullable<Text>,
        approved_at -> Nullable<Timestamptz>,
        published_by -> Nullable<Text>,
        published_at -> Nullable<Timestamptz>,
        updated_by -> Text,
        updated_at -> Timestamptz,
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

diesel::joinable!(asset_disposals -> bureaus (bureau_id));
diesel::joinable!(asset_inventories -> bureaus (bureau_id));
diesel::joinable!(asset_revisions -> bureaus (bureau_id));
diesel::joinable!(budget_items -> bureaus (bureau_id));
diesel::joinable!(catalogue_versions -> bureaus (bureau_id));
diesel::joinable!(evaluations -> bureaus (bureau_id));
diesel::joinable!(file_contents -> bureaus (bureau_id));
diesel::joinable!(goals -> bureaus (bureau_id));
diesel::joinable!(idempotency_keys -> bureaus (bureau_id));
diesel::joinable!(job_contents -> bureaus (bureau_id));
diesel::joinable!(jobs -> bureaus (bureau_id));
diesel::joinable!(journal -> bureaus (bureau_id));
diesel::joinable!(monitoring_rounds -> bureaus (bureau_id));
diesel::joinable!(organisations -> bureaus (bureau_id));
diesel::joinable!(projects -> bureaus (bureau_id));
diesel::joinable!(reconciliations -> bureaus (bureau_id));
diesel::joinable!(rectification_revisions -> bureaus (bureau_id));
diesel::joinable!(reports -> bureaus (bureau_id));

diesel::allow_tables_to_appear_in_same_query!(
    asset_disposal_items,
    asset_disposal_steps,
    asset_disposals,
    asset_inventories,
    asset_inventory_items,
    asset_revisions,
    budget_entries,
    budget_items,
    bureaus,
    catalogue_versions,
    clients,
    evaluation_results,
    evaluations,
    file_attachments,
    file_contents,
    files,
    form_versions,
    goal_versions,
    goals,
    idempotency_keys,
    job_contents,
    job_steps,
    jobs,
    journal,
    monitoring_readings,
    monitoring_rounds,
    monitoring_sheets,
    organisation_versions,
    organisations,
    payment_plans,
    payments,
    project_appraisals,
    project_revisions,
    projects,
    reconciliations,
    rectification_revisions,
    refresh_tokens,
    register_revisions,
    register_versions,
    reports,
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
