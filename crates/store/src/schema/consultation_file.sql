-- When a union filed its list, in milliseconds since 1970; nothing where the organiser does not say so.
ALTER TABLE candidate_list ADD COLUMN filed BIGINT;
-- Counts the changes of a consultation's description, so that a plan is applied to what it was made from, or not at all.
ALTER TABLE consultation ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
