//! The tables as diesel sees them, on both databases. Kept by hand beside `migrations/`.

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    workspaces (id) {
        id -> Text,
        name -> Text,
        slug -> Text,
        plan -> Text,
        two_factor -> Text,
        external_id -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        keep_responses_days -> BigInt,
        session_idle_minutes -> BigInt,
        session_lifetime_minutes -> BigInt,
        sso_enabled_at -> Nullable<BigInt>,
        unlocked_until -> Nullable<BigInt>,
        unlock_code_hash -> Nullable<Text>,
        brand_name -> Nullable<Text>,
        brand_colour -> Nullable<Text>,
        brand_logo -> Nullable<Text>,
        audit_retention_days -> Nullable<BigInt>,
    }
}

diesel::table! {
    members (id) {
        id -> Text,
        workspace_id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Nullable<Text>,
        role -> Text,
        status -> Text,
        external_id -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        provisioned -> Text,
        email_proven_at -> Nullable<BigInt>,
        email_proven_key -> Nullable<Text>,
    }
}

diesel::table! {
    member_tombstones (id) {
        id -> Text,
        workspace_id -> Text,
        deleted_at -> BigInt,
    }
}

diesel::table! {
    connections (id) {
        id -> Text,
        workspace_id -> Text,
        name -> Text,
        provider -> Nullable<Text>,
        is_default -> Bool,
        phase -> Text,
        draft_revision_id -> Nullable<Text>,
        live_revision_id -> Nullable<Text>,
        sp_certificate_pem -> Text,
        sp_private_key -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    service_provider_keys (id) {
        id -> Text,
        workspace_id -> Text,
        connection_id -> Text,
        stage -> Text,
        certificate_pem -> Text,
        private_key -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    certificate_uses (connection_id, key_fingerprint) {
        connection_id -> Text,
        key_fingerprint -> Text,
        last_used_at -> BigInt,
    }
}

diesel::table! {
    certificate_notices (connection_id, certificate_fingerprint, days) {
        connection_id -> Text,
        certificate_fingerprint -> Text,
        days -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    revisions (id) {
        id -> Text,
        workspace_id -> Text,
        connection_id -> Text,
        number -> BigInt,
        settings -> Text,
        learned_idp_entity_id -> Nullable<Text>,
        passed_test_id -> Nullable<Text>,
        created_at -> BigInt,
        learned -> Nullable<Text>,
        admin_mapping_enabled_by -> Nullable<Text>,
        admin_mapping_enabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    metadata_sources (connection_id) {
        connection_id -> Text,
        workspace_id -> Text,
        origin -> Text,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        document_hash -> Nullable<Text>,
        settled_for -> Nullable<Text>,
        fetched_at -> Nullable<BigInt>,
        next_refresh_at -> BigInt,
        failures -> BigInt,
        last_error -> Nullable<Text>,
        valid_until -> Nullable<BigInt>,
        staged_revision_id -> Nullable<Text>,
        pending -> Nullable<Text>,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    test_runs (id) {
        id -> Text,
        workspace_id -> Text,
        connection_id -> Text,
        revision_id -> Text,
        state -> Text,
        report -> Nullable<Text>,
        name_id -> Nullable<Text>,
        start_token_hash -> Text,
        start_token -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        claim -> Nullable<Text>,
        browser -> Nullable<Text>,
        return_path -> Nullable<Text>,
    }
}

diesel::table! {
    sign_in_attempts (id) {
        id -> Text,
        workspace_id -> Text,
        connection_id -> Text,
        revision_id -> Text,
        client_id -> Text,
        member_id -> Nullable<Text>,
        outcome -> Text,
        reason -> Nullable<Text>,
        report -> Text,
        started_at -> BigInt,
        finished_at -> BigInt,
        reference -> Nullable<Text>,
        timeline -> Text,
        response -> Nullable<Text>,
        response_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    assertion_claims (connection_id, assertion_id_hash) {
        connection_id -> Text,
        assertion_id_hash -> Text,
        keep_until -> BigInt,
    }
}

diesel::table! {
    identities (id) {
        id -> Text,
        workspace_id -> Text,
        member_id -> Text,
        connection_id -> Text,
        idp_entity_id -> Text,
        name_id_value -> Text,
        name_id_format -> Nullable<Text>,
        name_qualifier -> Nullable<Text>,
        sp_name_qualifier -> Nullable<Text>,
        subject_hash -> Text,
        proven_at -> Nullable<BigInt>,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        proven_by -> Nullable<Text>,
        proven_keys -> Nullable<Text>,
    }
}

diesel::table! {
    domains (id) {
        id -> Text,
        workspace_id -> Text,
        domain -> Text,
        connection_id -> Nullable<Text>,
        verified_at -> Nullable<BigInt>,
        token -> Text,
        last_check_at -> Nullable<BigInt>,
        last_check_outcome -> Nullable<Text>,
        next_check_at -> Nullable<BigInt>,
        absences -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        name -> Text,
        redirect_uris -> Text,
        secret_hash -> Text,
        created_at -> BigInt,
        id_token_signed_response_alg -> Text,
        initiate_login_uri -> Nullable<Text>,
        post_logout_redirect_uris -> Text,
        token_endpoint_auth_method -> Text,
        jwks -> Nullable<Text>,
        jwks_uri -> Nullable<Text>,
        previous_secret_hash -> Nullable<Text>,
        previous_secret_until -> Nullable<BigInt>,
        require_pushed_authorization_requests -> Bool,
        resources -> Text,
        backchannel_logout_uri -> Nullable<Text>,
        backchannel_logout_session_required -> Bool,
    }
}

diesel::table! {
    client_assertions (client_id, jti_hash) {
        client_id -> Text,
        jti_hash -> Text,
        keep_until -> BigInt,
    }
}

diesel::table! {
    backchannel_logouts (session_id) {
        session_id -> Text,
        client_id -> Text,
        workspace_id -> Text,
        member_id -> Text,
        failures -> BigInt,
        created_at -> BigInt,
        next_try_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        workspace_id -> Text,
        member_id -> Text,
        client_id -> Text,
        connection_id -> Nullable<Text>,
        revision_id -> Nullable<Text>,
        saml_details -> Nullable<Text>,
        amr -> Text,
        scope -> Text,
        auth_time -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        revoked_reason -> Nullable<Text>,
        subject_hash -> Nullable<Text>,
        browser -> Nullable<Text>,
        door -> Nullable<Text>,
        resources -> Text,
    }
}

diesel::table! {
    codes (hash) {
        hash -> Text,
        session_id -> Text,
        client_id -> Text,
        redirect_uri -> Text,
        code_challenge -> Text,
        nonce -> Nullable<Text>,
        expires_at -> BigInt,
        redeemed_at -> Nullable<BigInt>,
        attempt_id -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Text,
        session_id -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        redeemed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    forward_tokens (hash) {
        hash -> Text,
        session_id -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        name -> Text,
        scopes -> Text,
        workspace_id -> Nullable<Text>,
        secret_hash -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        previous_hash -> Nullable<Text>,
        previous_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        pkcs8 -> Text,
        created_at -> BigInt,
        // When it was withdrawn; a key whose time is simply over has none.
        retired_at -> Nullable<BigInt>,
        algorithm -> Text,
        signs_from -> BigInt,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        workspace_id -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        action -> Text,
        target -> Text,
        detail -> Text,
        at -> BigInt,
        via -> Nullable<Text>,
        request_id -> Nullable<Text>,
        mac -> Nullable<Text>,
        chain -> Nullable<Text>,
        number -> Nullable<BigInt>,
        chain_mac -> Nullable<Text>,
    }
}

diesel::table! {
    audit_chains (chain) {
        chain -> Text,
        head_number -> BigInt,
        head_mac -> Text,
        kept_from -> BigInt,
        kept_after_mac -> Text,
        mac -> Text,
        kept_since -> BigInt,
        announced_number -> BigInt,
        written_number -> BigInt,
        broken_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passwords (member_id) {
        member_id -> Text,
        workspace_id -> Text,
        hash -> Text,
        set_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    totp (member_id) {
        member_id -> Text,
        workspace_id -> Text,
        seed -> Text,
        confirmed_at -> BigInt,
        last_step -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    totp_enrolments (member_id) {
        member_id -> Text,
        workspace_id -> Text,
        seed -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    recovery_codes (hash) {
        hash -> Text,
        workspace_id -> Text,
        member_id -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        workspace_id -> Text,
        member_id -> Text,
        name -> Text,
        credential_id -> Text,
        credential -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    password_links (id) {
        id -> Text,
        token_hash -> Text,
        workspace_id -> Text,
        member_id -> Text,
        purpose -> Text,
        by_mail -> Bool,
        email_key -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    browser_sessions (token_hash) {
        token_hash -> Text,
        session_id -> Text,
        workspace_id -> Text,
        member_id -> Text,
        user_agent -> Nullable<Text>,
        authenticated_at -> BigInt,
        last_seen_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    mails (id) {
        id -> Text,
        workspace_id -> Text,
        message -> Text,
        failures -> BigInt,
        created_at -> BigInt,
        next_try_at -> BigInt,
    }
}

diesel::table! {
    setup_links (id) {
        id -> Text,
        token_hash -> Text,
        workspace_id -> Text,
        connection_id -> Text,
        name -> Nullable<Text>,
        allow_enable -> Bool,
        return_url -> Nullable<Text>,
        created_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        opened_at -> Nullable<BigInt>,
        last_opened_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    setup_sessions (token_hash) {
        token_hash -> Text,
        link_id -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    workspace_logos (workspace_id) {
        workspace_id -> Text,
        media_type -> Text,
        content -> Text,
    }
}

diesel::table! {
    kept_answers (id) {
        id -> Text,
        request_hash -> Text,
        answer -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> Text,
        workspace_id -> Nullable<Text>,
        url -> Text,
        description -> Nullable<Text>,
        events -> Text,
        enabled -> Bool,
        disabled_reason -> Nullable<Text>,
        disabled_at -> Nullable<BigInt>,
        secret -> Text,
        previous_secret -> Nullable<Text>,
        previous_secret_until -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (seq) {
        seq -> BigInt,
        id -> Text,
        endpoint_id -> Text,
        lane -> Text,
        event_id -> Text,
        event_type -> Text,
        workspace_id -> Nullable<Text>,
        body -> Text,
        state -> Text,
        attempts -> BigInt,
        last_status -> Nullable<BigInt>,
        last_reason -> Nullable<Text>,
        last_attempt_at -> Nullable<BigInt>,
        next_try_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    webhook_lanes (endpoint_id, lane) {
        endpoint_id -> Text,
        lane -> Text,
        next_try_at -> Nullable<BigInt>,
        failures -> BigInt,
        failing_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    refusal_bursts (connection_id) {
        connection_id -> Text,
        last_refused_at -> BigInt,
        told -> Bool,
    }
}

diesel::allow_tables_to_appear_in_same_query!(refresh_tokens, sessions);
diesel::allow_tables_to_appear_in_same_query!(forward_tokens, sessions);
diesel::allow_tables_to_appear_in_same_query!(browser_sessions, sessions);
diesel::allow_tables_to_appear_in_same_query!(members, passkeys);
diesel::allow_tables_to_appear_in_same_query!(members, password_links);
diesel::allow_tables_to_appear_in_same_query!(members, totp);
diesel::allow_tables_to_appear_in_same_query!(setup_links, setup_sessions);
// What the rules are asked about, in one go.
diesel::allow_tables_to_appear_in_same_query!(
    clients,
    codes,
    connections,
    domains,
    identities,
    members,
    revisions,
    sessions,
    workspaces,
);
