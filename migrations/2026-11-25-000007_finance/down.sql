DROP TABLE reconciliations, payment_plans, payments, budget_entries, budget_items;
