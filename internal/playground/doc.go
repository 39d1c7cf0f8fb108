// Package playground serves a page on which a modeler tries result and error expressions on responses of PutEvents, and
// sees the events that the tasks of a pasted model would send. It is for the person at this machine alone: the page is
// embedded, loads nothing from elsewhere, keeps its state in the fragment of its address, and answers only to loopback
// names, so that no web site can reach it through the browser.
//
// The page is in the folder page. Its editor is CodeMirror, bundled into page/editor.js from the folder editor.
//
// [Handler] serves the page and the calls that it makes. Expressions run through [simulate], the connector's own way.
package playground
