package control

// ModelRequest deploys a model, which REST then gives out: POST /models.
type ModelRequest struct {
	Key int64  `json:"key"` // of the process definition
	XML string `json:"xml"`
}
