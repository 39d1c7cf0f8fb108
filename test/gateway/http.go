package main

import (
	"encoding/json"
	"net/http"
)

// answer sends a JSON answer.
func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // a client that is gone misses it
}

// refuse sends the reason why a request cannot be carried out.
func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}

// take returns a handler that reads a T from the request's body and answers with what do returns. A body that is not
// a T, or has members that T has not, is refused, as is what do refuses.
func take[T any](do func(r *http.Request, body T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body T
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<20))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&body); err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		result, err := do(r, body)
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		answer(w, result)
	}
}
