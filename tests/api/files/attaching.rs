//! What files are attached to, by whom, and who sees them then.

use serde_json::json;

use super::{PDF, attached, attachment, desk, journal, rows, uploaded};
use crate::support::{Desk, TestApp};

#[tokio::test]
async fn until_it_is_attached_a_file_is_its_uploaders_alone() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    let file = uploaded(&desk.reporter, "a.pdf", PDF).await;
    let path = format!("/v1/files/{file}");
    for other in ["principal", "officer", "auditor", "principal2", "principal@990002"] {
        app.log_in(other).await.get(&path).await.problem(404, "not_found");
    }
    let described = desk.reporter.put(&attachment(&file), &json!({})).await.expect(200);
    assert_eq!(described["attached_to"][0]["subject_type"], "submission");
    assert_eq!(described["attached_to"][0]["subject"], "basics/2022/2199000001");
    assert_eq!(described["attached_to"][0]["attached_by"], "user:reporter");
    assert_eq!(described["may"], json!(["attach"]));
    for other in ["principal", "officer", "auditor", "leader", "finance"] {
        app.log_in(other).await.get(&path).await.expect(200);
    }
    for other in ["principal2", "principal@990002", "officer@990002"] {
        app.log_in(other).await.get(&path).await.problem(404, "not_found");
        app.log_in(other).await.get(&format!("{path}/content")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn the_school_changes_evidence_while_it_may_change_the_submission() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let second = uploaded(&desk.reporter, "b.pdf", b"%PDF-1.7 second").await;
    desk.reporter.put(&attachment(&second), &json!({})).await.problem(409, "state_forbids");
    let desk = super::desk(&app).await;
    let first = attached(&desk, "a.pdf", PDF).await;
    desk.submit().await.expect(200);
    for state in ["submitted", "accepted"] {
        assert_eq!(desk.read().await["state"], state);
        desk.reporter.put(&attachment(&second), &json!({})).await.problem(409, "state_forbids");
        desk.principal.delete(&attachment(&first)).await.problem(409, "state_forbids");
        desk.accept().await;
    }
    desk.reopen().await.expect(200);
    desk.reporter.put(&attachment(&second), &json!({})).await.expect(200);
    desk.principal.delete(&attachment(&first)).await.expect(204);
    desk.principal.delete(&attachment(&first)).await.problem(404, "not_found");
    assert_eq!(rows(&app).await, json!([2, 2, 1]));
    let told = ["upload", "upload", "attach", "attach"].map(|what| format!("file.{what} by user:reporter"));
    let mut told = told.to_vec();
    told.push("file.detach by user:principal".to_owned());
    assert_eq!(journal(&app).await, json!(told));
}

#[tokio::test]
async fn officers_of_the_section_add_evidence_at_any_time_and_others_never() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    desk.submit().await.expect(200);
    let file = uploaded(&desk.officer, "审核意见.pdf", PDF).await;
    let described = desk.officer.put(&attachment(&file), &json!({})).await.expect(200);
    assert_eq!(described["school"], json!(null));
    // The school sees what the bureau attached, and leaves it there.
    desk.reporter.get(&format!("/v1/files/{file}/content")).await.expect_text(200, PDF);
    desk.send_back().await.expect(200);
    desk.reporter.delete(&attachment(&file)).await.problem(403, "forbidden");
    desk.officer.delete(&attachment(&file)).await.expect(204);
    desk.reporter.get(&format!("/v1/files/{file}")).await.problem(404, "not_found");
    let finance = app.log_in("finance").await;
    let file = uploaded(&finance, "b.pdf", PDF).await;
    finance.put(&attachment(&file), &json!({})).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_school_sees_no_file_of_another_through_a_common_officer() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    let file = attached(&desk, "a.pdf", PDF).await;
    let sibling = app.log_in("reporter2").await;
    let body = crate::support::document(&crate::support::pupils(1, 1));
    sibling.put("/v1/forms/basics/periods/2022/submissions/2199000002", &body).await.expect(201);
    let elsewhere = attachment(&file).replace("2199000001", "2199000002");
    desk.officer.put(&elsewhere, &json!({})).await.problem(403, "forbidden");
    desk.reporter.put(&elsewhere, &json!({})).await.problem(404, "not_found");
    sibling.put(&elsewhere, &json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn files_are_listed_by_what_they_are_attached_to_and_by_uploader() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    let mut files = Vec::new();
    for number in 0..3 {
        files.push(attached(&desk, &format!("{number}.pdf"), format!("%PDF-1.7 {number}").as_bytes()).await);
    }
    let own = uploaded(&desk.officer, "own.pdf", PDF).await;
    let path = "/v1/files?form=basics&period=2022&school=2199000001&limit=2";
    let first = desk.officer.get(path).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = desk.officer.get(&format!("{path}&cursor={next}")).await.expect(200);
    let pages = [&first, &second].map(|page| page["items"].as_array().unwrap().clone()).concat();
    let listed: Vec<_> = pages.iter().map(|file| file["id"].as_str().unwrap()).collect();
    assert_eq!((listed, &second["next"]), (files.iter().map(String::as_str).collect(), &json!(null)));
    let mine = desk.officer.get("/v1/files").await.expect(200);
    assert_eq!((mine["items"].as_array().unwrap().len(), &mine["items"][0]["id"]), (1, &json!(own)));
    let missing = desk.officer.get("/v1/files?form=basics").await.problem(400, "invalid_parameter");
    assert_eq!(missing, ["?period missing", "?school missing"]);
    let missing = desk.officer.get("/v1/files?register=awards").await.problem(400, "invalid_parameter");
    assert_eq!(missing, ["?record missing"]);
    let both = desk.officer.get("/v1/files?register=awards&record=x&form=basics").await;
    assert_eq!(both.problem(400, "invalid_parameter"), ["?form inconsistent"]);
    app.log_in("principal2").await.get(path).await.problem(404, "not_found");
}

#[tokio::test]
async fn only_the_uploader_deletes_and_only_what_is_not_attached() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    let file = attached(&desk, "a.pdf", PDF).await;
    let path = format!("/v1/files/{file}");
    desk.reporter.delete(&path).await.problem(409, "in_use");
    desk.reporter.delete(&attachment(&file)).await.expect(204);
    desk.principal.delete(&path).await.problem(404, "not_found");
    desk.reporter.delete(&path).await.expect(204);
    desk.reporter.delete(&path).await.problem(404, "not_found");
    desk.reporter.delete("/v1/files/nonsense").await.problem(404, "not_found");
}

#[tokio::test]
async fn a_record_has_the_evidence_of_those_who_keep_it() {
    let app = TestApp::with_catalogue().await;
    let (reporter, sibling) = (app.log_in("reporter").await, app.log_in("reporter2").await);
    let award = json!({"code": "choir", "school": "2199000001", "fields": {"title": "合唱比赛", "level": "city"}});
    reporter.post("/v1/registers/awards/records", &award).await.expect(201);
    let file = uploaded(&reporter, "奖状.pdf", PDF).await;
    let path = format!("/v1/files/{file}/attachments/records/awards/choir");
    app.log_in("officer").await.put(&path, &json!({})).await.problem(404, "not_found");
    let described = reporter.put(&path, &json!({})).await.expect(200);
    assert_eq!(described["attached_to"][0]["subject"], "awards/choir");
    let list = "/v1/files?register=awards&record=choir";
    assert_eq!(app.log_in("auditor").await.get(list).await.expect(200)["items"][0]["id"], json!(file));
    sibling.get(list).await.problem(404, "not_found");
    sibling.get(&format!("/v1/files/{file}")).await.problem(404, "not_found");
    let own = uploaded(&sibling, "b.pdf", PDF).await;
    let foreign = format!("/v1/files/{own}/attachments/records/awards/choir");
    sibling.put(&foreign, &json!({})).await.problem(404, "not_found");
    reporter.put(&path.replace("choir", "nothing"), &json!({})).await.problem(404, "not_found");
    let withdraw = json!({"note": "重复登记"});
    reporter.post("/v1/registers/awards/records/choir/withdraw", &withdraw).await.expect(200);
    reporter.delete(&path).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn projects_and_rectifications_have_evidence_of_their_own() {
    let app = TestApp::with_catalogue().await;
    let (reporter, sibling, finance) =
        (app.log_in("reporter").await, app.log_in("reporter2").await, app.log_in("finance").await);
    let project = json!({"code": "P1", "name": "营养餐", "category": "operation", "organisation": "2199000001",
        "section": "teaching", "first_year": 2022});
    reporter.post("/v1/projects", &project).await.expect(201);
    let finding = json!({"code": "R1", "organisation": "2199000001", "section": "teaching", "source": "safety_inspection",
        "finding": "消防通道堵塞", "due_on": "2090-01-01"});
    finance.post("/v1/rectifications", &finding).await.expect(201);
    for (things, thing, code) in [("projects", "project", "P1"), ("rectifications", "rectification", "R1")] {
        let file = uploaded(&reporter, "照片.pdf", format!("%PDF-1.7 {thing}").as_bytes()).await;
        let path = format!("/v1/files/{file}/attachments/{things}/{code}");
        app.log_in("officer").await.put(&path, &json!({})).await.problem(404, "not_found");
        let described = reporter.put(&path, &json!({})).await.expect(200);
        let attached = &described["attached_to"][0];
        assert_eq!((&attached["subject_type"], &attached["subject"]), (&json!(thing), &json!(code)));
        let list = format!("/v1/files?{thing}={code}");
        assert_eq!(app.log_in("auditor").await.get(&list).await.expect(200)["items"][0]["id"], json!(file));
        sibling.get(&list).await.problem(404, "not_found");
        sibling.get(&format!("/v1/files/{file}")).await.problem(404, "not_found");
        let both = finance.get(&format!("{list}&record=x")).await.problem(400, "invalid_parameter");
        assert_eq!(both, ["?record inconsistent"]);
        let own = uploaded(&sibling, "b.pdf", PDF).await;
        sibling.put(&path.replace(&file, &own), &json!({})).await.problem(404, "not_found");
        reporter.put(&path.replace(code, "nothing"), &json!({})).await.problem(404, "not_found");
        reporter.delete(&path).await.expect(204);
        reporter.put(&path, &json!({})).await.expect(200);
    }
    app.execute(
        "UPDATE project_revisions SET state = 'closed'; UPDATE rectification_revisions SET state = 'verified',
        timeline = '[{\"state\": \"verified\", \"since\": \"2022-08-01\"}]'",
    )
    .await;
    let file = uploaded(&finance, "d.pdf", PDF).await;
    for thing in ["projects/P1", "rectifications/R1"] {
        let path = format!("/v1/files/{file}/attachments/{thing}");
        finance.put(&path, &json!({})).await.problem(409, "state_forbids");
    }
}
