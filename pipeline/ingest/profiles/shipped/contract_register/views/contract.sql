-- One row per contract of the register, in the words of the contract. The other files read these columns.
SELECT
    "Contract No" AS contract_id,
    -- Who introduced the vendor is the partner; the others are the council's own.
    coalesce(name_key("Introduced By"), 'direct') AS partner_id,
    coalesce(trim("Introduced By"), 'Direct') AS partner_name,
    -- The register has no number for a vendor: its name is the key, without differences of case and spaces. A vendor whom
    -- several partners introduced is one client for each of them, so that none sees another's contracts.
    CASE WHEN partners > 1 THEN name_key("Vendor") || ' @ ' || partner_id ELSE name_key("Vendor") END AS hub_id,
    "Vendor" AS client_name,
    date_text("Start Date", '%d/%m/%Y') AS term_start_date,
    -- The end is the last day of the term: the renewal starts the day after.
    day_after("End Date", '%d/%m/%Y') AS renewal_start_date,
    whole_months(date_of("Start Date", '%d/%m/%Y'), date_of("End Date", '%d/%m/%Y') + 1) AS subscription_term_months,
    currency_code("Annual Value", 'GBP') AS currency,
    -- The value is per year. Billed annually it needs no division, whatever the register says of its payment.
    'annual' AS billing_frequency,
    12 AS billing_interval_months,
    number_text("Annual Value") AS unit_price,
    1 AS quantity,
    coalesce("Service", 'contract') AS product_code,
    coalesce("Service", 'Contract') AS product_name,
    "Contact" AS contact_name,
    lower(trim("Contact E-mail")) AS email,
    -- A contract of the register ends unless it is renewed on purpose.
    false AS auto_renews,
    _source
-- All rows of the register say whose a vendor is, also those that do not count.
FROM (
    SELECT
        *,
        count(DISTINCT coalesce(name_key("Introduced By"), 'direct')) OVER (PARTITION BY name_key("Vendor")) AS partners
    FROM contracts
)
WHERE "Start Date" IS NOT NULL AND "Status" <> 'Cancelled'
