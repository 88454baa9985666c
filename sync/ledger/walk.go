package ledger

import "sync"

// walk guesses that the ids come in the order in which the ledger met them
// first, as they do night after night: it reads on from where the last question
// ended, which is several times quicker than finding each id by itself. A wrong
// guess costs time only.
type walk struct {
	mu    sync.Mutex
	from  int64 // row after which the next question is guessed to begin
	skip  int   // questions to leave out after wrong guesses
	wrong int   // wrong guesses in a row
}

const (
	walkBeyond = 16 // rows read more than ids asked, for users who have gone
	mostWrong  = 6  // so at least one question in 64 is a guess
)

func (w *walk) look(a *answer, scope int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.skip > 0 {
		w.skip--
		return nil
	}
	rows, err := a.v.onward(a.ctx, a.v.db.Read, inScope(scope, w.from), len(a.ids)+walkBeyond)
	if err != nil {
		return err
	}
	s := stride{answer: a, scope: scope}
	if err := each(rows, s.meet); err != nil {
		return err
	}
	w.learn(a)
	return nil
}

// learn leaves the guessing be for a while when it does not pay.
func (w *walk) learn(a *answer) {
	if 4*a.found >= len(a.ids) {
		w.wrong = 0
		return
	}
	w.wrong = min(w.wrong+1, mostWrong)
	w.skip = 1<<w.wrong - 1
}

// goOn lets the next guess begin where the last of the ids was found.
func (w *walk) goOn(a *answer) {
	if a.found == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.from = a.known[a.last].Row
}

// stride compares entries in the ledger's order with ids in the question's.
type stride struct {
	*answer
	scope int64
	next  int            // the id expected now
	index map[string]int // place of each id; made when the orders differ
}

func (s *stride) meet(r *scanned) error {
	if r.num>>scopeBits != s.scope {
		return nil
	}
	if s.next < len(s.ids) && s.ids[s.next] == string(r.id) {
		s.next++
		return s.take(s.next-1, r)
	}
	if s.index == nil {
		s.index = make(map[string]int, len(s.ids))
		for i, id := range s.ids {
			s.index[id] = i
		}
	}
	if i, ok := s.index[string(r.id)]; ok {
		s.next = i + 1
		return s.take(i, r)
	}
	return nil
}
