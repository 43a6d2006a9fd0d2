/** A token is examined. */
import type { Comparison, ConnectAgain, Diagnosis, DoctorProgress } from '../generated/types';
import { doctor, prepare, welcome } from './enter';
import type { Exam, Wizard } from './state';
import type { Renewal } from './trip';

/** Events of an exam, and of what it leads to. */
export type DoctorEvent =
  | { type: 'doctor'; connection: string | null }
  | { type: 'examine' }
  | { type: 'heard'; line: DoctorProgress }
  | { type: 'examine-again' }
  /** The person does not wait for the exam's end. */
  | { type: 'exam-stopped' }
  | { type: 'diagnosed'; diagnosis: Diagnosis; comparison: Comparison | null }
  /** What the diagnosis found wanting is made anew; by a rotation, where the connection is still on the list. */
  | { type: 'connect-again'; again: ConnectAgain; renew: Renewal | null };

/** The state after one of them; the same object where it is none of this screen's. */
export function examined(state: Wizard, event: DoctorEvent): Wizard {
  switch (event.type) {
    case 'doctor':
      return state.screen === 'home' || state.screen === 'welcome'
        ? doctor(state.home, event.connection)
        : state;
    case 'examine':
      return state.screen === 'doctor' ? { ...state, exam: noExam, problem: null } : state;
    case 'heard':
      return state.screen === 'doctor' && state.exam
        ? { ...state, exam: heard(state.exam, event.line) }
        : state;
    case 'examine-again':
      if (state.screen !== 'doctor' || !state.exam?.diagnosis) return state;
      return { ...state, exam: { ...state.exam, again: [] }, problem: null };
    case 'exam-stopped':
      if (state.screen !== 'doctor' || !state.exam) return state;
      return { ...state, exam: stopped(state.exam) };
    case 'diagnosed': {
      if (state.screen !== 'doctor' || !state.exam) return state;
      const { diagnosis, comparison } = event;
      return {
        ...state,
        exam: { ...state.exam, diagnosis, comparison, again: null },
        problem: null,
      };
    }
    case 'connect-again': {
      if (state.screen !== 'doctor') return state;
      const { renew } = event;
      return renew
        ? prepare(renew.profile, null, null, renew.card, renew.lacks)
        : welcome(state.home, event.again);
    }
  }
}

const noExam: Exam = { lines: [], diagnosis: null, comparison: null, again: null };

function heard(exam: Exam, line: DoctorProgress): Exam {
  if (!exam.diagnosis) return { ...exam, lines: [...exam.lines, line] };
  return exam.again ? { ...exam, again: [...exam.again, line] } : exam;
}

/** What was found before asking once more stands; a first exam leaves nothing. */
export const stopped = (exam: Exam): Exam | null =>
  exam.diagnosis ? { ...exam, again: null } : null;
