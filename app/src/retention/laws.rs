//! The laws that ask sellers to keep invoices: country, years from the end of the year, name.

/// By country.
pub(super) const LAWS: &[(&str, u8, &str)] = &[
    ("AT", 7, "§ 132 BAO"),
    ("BE", 10, "Code de la TVA, art. 60"),
    ("CH", 10, "OR Art. 958f"),
    ("DE", 8, "§ 14b UStG, § 147 AO"),
    ("ES", 6, "Código de Comercio, art. 30"),
    ("FR", 10, "Code de commerce, art. L123-22"),
    ("GB", 6, "VAT Regulations 1995, reg. 31; Notice 700/21"),
    ("IT", 10, "Codice civile, art. 2220"),
    ("LU", 10, "Code de commerce, art. 16"),
    ("NL", 7, "AWR art. 52"),
    ("PT", 10, "CIVA art. 52"),
    ("SE", 7, "Bokföringslag (1999:1078), 7 kap. 2 §"),
    ("US", 7, "26 U.S.C. § 6001 and limitation periods"),
];
