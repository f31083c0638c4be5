package page

// Names of the fields that are not a question's. Ids of questions hold no
// hyphen; where one is called "back", its page has no way back.
const (
	// FieldTicket carries the ticket.
	FieldTicket   = "wm-ticket"
	fieldBack     = "back"
	fieldDecoy    = "wm-website"
	fieldScript   = "wm-script"   // 1: a script shows and hides questions
	fieldAutosave = "wm-autosave" // 1: nothing is to be shown
	fieldSign     = "wm-sign"     // 1: a sign of life on a one-click page
	fieldKept     = "wm-kept"     // beside a sign: the ticket of a visit that the browser kept
	fieldResume   = "wm-resume"   // 1: show where the ticket's visit stands
)
