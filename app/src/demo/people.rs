//! Who buys from Northwind. All of them are invented; their addresses end in names reserved for
//! examples.

use billfold_domain::client::{Address, ContactCard};
use billfold_domain::kernel::{Country, Invalid};

use super::Stage;
use crate::commands::clients::{EraseClient, RegisterClient, SuspendClient};
use crate::error::Error;

/// One client: name, firm, address, city, country, tax number.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) company: Option<&'static str>,
    pub(super) email: &'static str,
    pub(super) street: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) city: &'static str,
    pub(super) country: &'static str,
    pub(super) vat_id: Option<&'static str>,
}

/// A private person.
const fn person(
    name: &'static str,
    email: &'static str,
    street: &'static str,
    place: (&'static str, &'static str, &'static str),
) -> Person {
    let (postal_code, city, country) = place;
    Person { name, company: None, email, street, postal_code, city, country, vat_id: None }
}

/// A firm; one outside the union has no tax number here.
const fn firm(
    who: (&'static str, &'static str, Option<&'static str>),
    email: &'static str,
    street: &'static str,
    place: (&'static str, &'static str, &'static str),
) -> Person {
    let (name, company, vat_id) = who;
    let (postal_code, city, country) = place;
    Person { name, company: Some(company), email, street, postal_code, city, country, vat_id }
}

/// The clients. The last but one is suspended, the last is erased.
pub(super) const PEOPLE: [Person; 20] = [
    firm(
        ("Lena Hartwig", "Hartwig Druck GmbH", Some("DE811234567")),
        "lena@hartwig-druck.example",
        "Lindenallee 12",
        ("20095", "Hamburg", "DE"),
    ),
    person("Jonas Petersen", "jonas.petersen@post.example", "Am Deich 4", ("25980", "Sylt", "DE")),
    firm(
        ("Clara Moreau", "Atelier Moreau SARL", Some("FR40303265045")),
        "contact@atelier-moreau.example",
        "8 rue des Lilas",
        ("69003", "Lyon", "FR"),
    ),
    firm(
        ("Pieter de Wit", "De Wit Fietsen BV", Some("NL004495445B01")),
        "pieter@dewit-fietsen.example",
        "Kade 31",
        ("3011", "Rotterdam", "NL"),
    ),
    person("Aylin Kaya", "aylin.kaya@post.example", "Sonnenstr. 77", ("80331", "München", "DE")),
    firm(
        ("Tomasz Zielinski", "Zielinski Studio", Some("PL5261040828")),
        "biuro@zielinski.example",
        "ul. Długa 5",
        ("31-147", "Kraków", "PL"),
    ),
    firm(
        ("Grace Okafor", "Okafor Consulting Ltd", None),
        "grace@okafor.example",
        "21 Mill Lane",
        ("LS1 4AP", "Leeds", "GB"),
    ),
    person("Matteo Ricci", "matteo.ricci@post.example", "Via Roma 18", ("40121", "Bologna", "IT")),
    firm(
        ("Sofia Lindqvist", "Lindqvist Media AB", Some("SE556703748501")),
        "sofia@lindqvist-media.example",
        "Storgatan 9",
        ("411 38", "Göteborg", "SE"),
    ),
    person("Noah Becker", "noah.becker@post.example", "Gartenweg 3", ("04109", "Leipzig", "DE")),
    firm(
        ("Marta Novak", "Novak Turizem d.o.o.", Some("SI50223054")),
        "info@novak-turizem.example",
        "Obala 2",
        ("6320", "Portorož", "SI"),
    ),
    firm(
        ("Daniel Brunner", "Brunner Bergbahnen AG", None),
        "it@brunner-bergbahnen.example",
        "Talstrasse 44",
        ("7270", "Davos", "CH"),
    ),
    person("Eva Kowalska", "eva.kowalska@post.example", "Rynek 11", ("50-101", "Wrocław", "PL")),
    firm(
        ("Henrik Olsen", "Fjord Games AS", None),
        "henrik@fjord-games.example",
        "Havnegata 6",
        ("7010", "Trondheim", "NO"),
    ),
    person(
        "Mia Schuster",
        "mia.schuster@post.example",
        "Bergstr. 29",
        ("69120", "Heidelberg", "DE"),
    ),
    firm(
        ("Rui Almeida", "Almeida & Filhos Lda", Some("PT501442600")),
        "rui@almeida-filhos.example",
        "Rua do Porto 14",
        ("4050-453", "Porto", "PT"),
    ),
    person("Felix Wagner", "felix.wagner@post.example", "Marktplatz 1", ("99084", "Erfurt", "DE")),
    firm(
        ("Ingrid Maes", "Maes Architecten", Some("BE0417497106")),
        "ingrid@maes-architecten.example",
        "Nieuwstraat 50",
        ("9000", "Gent", "BE"),
    ),
    person("Oskar Lang", "oskar.lang@post.example", "Ringstr. 8", ("90402", "Nürnberg", "DE")),
    person("Paula Winter", "paula.winter@post.example", "Schulweg 17", ("34117", "Kassel", "DE")),
];

impl Person {
    fn card(&self) -> Result<ContactCard, Invalid> {
        let text = |value: &str| Some(value.to_owned());
        Ok(ContactCard {
            name: self.name.to_owned(),
            first_name: None,
            last_name: None,
            company: self.company.map(str::to_owned),
            email: text(self.email),
            phone: None,
            vat_id: self.vat_id.map(str::to_owned),
            address: Address {
                line1: text(self.street),
                city: text(self.city),
                postal_code: text(self.postal_code),
                country: Some(Country::parse(self.country)?),
                ..Address::default()
            },
        })
    }
}

/// Registers everybody who is not known yet. A client who was erased stays erased.
pub(super) async fn register(stage: &mut Stage<'_>) -> Result<(), Error> {
    for (no, person) in (1..).zip(&PEOPLE) {
        let register = RegisterClient {
            client_id: Some(stage.client(no)),
            contact: person.card().map_err(Error::bug)?,
            country: None,
            currency: None,
            origin: None,
        };
        stage.ask(&format!("client-{no}"), register).await?;
    }
    Ok(())
}

/// One client does not pay and is suspended; one asks to be forgotten.
pub(super) async fn part(stage: &mut Stage<'_>) -> Result<(), Error> {
    let reason = "does not answer reminders".to_owned();
    let suspend = SuspendClient { client_id: stage.client(19), reason };
    stage.ask("client-19", suspend).await?;
    let reason = "asked to be forgotten".to_owned();
    let erase = EraseClient { client_id: stage.client(20), reason };
    stage.ask("client-20", erase).await?;
    Ok(())
}
