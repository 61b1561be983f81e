-- Warnings that organisers were sent before a deadline for which somebody still had to act: one for each deadline and number of days before.
CREATE TABLE deadline_warning (
  consultation TEXT NOT NULL REFERENCES consultation (id),
  -- What is due, as the calendar of the law names it.
  step TEXT NOT NULL,
  -- The instant from which it is late: another instant is another deadline.
  due BIGINT NOT NULL,
  days BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  PRIMARY KEY (consultation, step, due, days)
);
