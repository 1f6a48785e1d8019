/** Where and when, already formatted. */
export interface TextFacts {
  clinic: string;
  date: string;
  time: string;
}

/** What we write to patients of our own accord: a language that lacks a sentence does not compile. */
export interface PatientTextWords {
  booked(facts: TextFacts): string;
  moved(facts: TextFacts): string;
  cancelled(facts: TextFacts): string;
  reminder(facts: TextFacts): string;
  /** A time came free; `until` is the clinic's wall clock. */
  offered(facts: TextFacts & { until: string }): string;
  /** The time that was offered is somebody else's by now. */
  gone(facts: TextFacts): string;
  /** The time that was offered is free, and cannot be theirs. */
  refused(facts: TextFacts): string;
  /** Where else to turn. */
  questions(phone: string): string;
  /** How to hear nothing more. No word in it is one a patient answers an appointment with. */
  optOut: string;
}
