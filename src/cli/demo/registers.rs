//! What is not a form: the sections import their registers, and some of it happens one by one.

use jixiao::catalogue::document::{CatalogueDocument, Register};
use jixiao::identity::Role;
use jixiao::say;
use reqwest::Method;

use super::acts;
use super::example::{Example, RecordFile};
use super::office::Office;
use super::{Step, count, tell};
use crate::cli::failure::Failure;

/// Imports the registers, and does what is done one by one. Says how many things went otherwise than expected.
pub(super) async fn play(office: &Office, example: &Example, catalogue: &CatalogueDocument) -> Result<usize, Failure> {
    if example.registers.files.is_empty() {
        return Ok(0);
    }
    import(office, example, catalogue).await?;
    let step = Step::begin(&say!("逐项办理", "one by one"))?;
    let deeds = acts::perform(office, &example.registers.acts).await?;
    step.end(&deeds.told())?;
    Ok(deeds.faults)
}

/// In the order of the catalogue, so that what is referred to is there before.
async fn import(office: &Office, example: &Example, catalogue: &CatalogueDocument) -> Result<(), Failure> {
    let step = Step::begin(&say!("登记台账", "keeping the registers"))?;
    let (mut registers, mut records, mut changes) = (0, 0, 0);
    for register in &catalogue.registers {
        let Some(files) = example.registers.files.get(&register.code) else { continue };
        let (created, updated) = import_one(office, example, register, files).await?;
        let (zh, en) = (&register.name.zh, register.name.en.as_deref().unwrap_or_default());
        tell(&say!("  {zh}：登记 {created} 条，变更 {updated} 次", "{en}"))?;
        registers += 1;
        records += created;
        changes += updated;
    }
    step.end(&say!(
        "{registers} 本台账，登记 {records} 条，变更 {changes} 次",
        "{registers} registers, {records} records, changed {changes} times"
    ))?;
    Ok(())
}

/// The officers of the section take turns with its files, so that what one entered another may decide.
async fn import_one(
    office: &Office,
    example: &Example,
    register: &Register,
    files: &[RecordFile],
) -> Result<(u64, u64), Failure> {
    let Register { code, section, .. } = register;
    let is_officer = |roles: &[Role]| roles.contains(&Role::SectionOfficer);
    let officers: Vec<&str> = example
        .accounts
        .iter()
        .filter(|account| account.organisation == *section && is_officer(&account.roles))
        .map(|account| account.username.as_str())
        .collect();
    if officers.is_empty() {
        return Err(Failure::new(&say!("示例中科室 {section} 没有审核员", "the section {section} has no officer")));
    }
    let path = format!("/v1/registers/{code}/records/import?atomic=true");
    let (mut created, mut updated) = (0, 0);
    for (RecordFile { media_type, content }, officer) in files.iter().zip(officers.into_iter().cycle()) {
        let officer = office.session(officer).await?;
        let report = officer.send_file(Method::POST, &path, media_type, content).await?;
        created += count(&report, "/created");
        updated += count(&report, "/updated");
    }
    Ok((created, updated))
}
