package bpmn

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const deployedOpen = `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">`

// maps are extensions with one input mapping, named by its source.
func maps(source string) string {
	return `<bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="` + source + `" target="input.detail" /></zeebe:ioMapping></bpmn:extensionElements>`
}

func TestInputMappingsOfADeployedModelAreFoundWhereverAJobCanBeMade(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, model string
		want        map[string]string // element -> the source of its one mapping; empty = none
	}{
		{"several processes of one file", `<bpmn:process id="a"><bpmn:serviceTask id="t1">` + maps("1") + `</bpmn:serviceTask></bpmn:process><bpmn:process id="b"><bpmn:sendTask id="t2">` + maps("2") + `</bpmn:sendTask></bpmn:process>`, map[string]string{"t1": "1", "t2": "2"}},
		{"sub-processes within each other", `<bpmn:process id="p"><bpmn:subProcess id="s"><bpmn:transaction id="r"><bpmn:scriptTask id="t">` + maps("1") + `</bpmn:scriptTask></bpmn:transaction></bpmn:subProcess></bpmn:process>`, map[string]string{"t": "1"}},
		{"event sub-process", `<bpmn:process id="p"><bpmn:subProcess id="s" triggeredByEvent="true"><bpmn:serviceTask id="t">` + maps("1") + `</bpmn:serviceTask></bpmn:subProcess></bpmn:process>`, map[string]string{"t": "1"}},
		{"ad-hoc sub-process and what is in it", `<bpmn:process id="p"><bpmn:adHocSubProcess id="a">` + maps("1") + `<bpmn:serviceTask id="t">` + maps("2") + `</bpmn:serviceTask></bpmn:adHocSubProcess></bpmn:process>`, map[string]string{"a": "1", "t": "2"}},
		{"multi-instance", `<bpmn:process id="p"><bpmn:serviceTask id="t">` + maps("1") + `<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=xs" /></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask></bpmn:process>`, map[string]string{"t": "1"}},
		{"an execution listener, on an element that is no task", `<bpmn:process id="p"><bpmn:userTask id="u">` + maps("1") + `</bpmn:userTask><bpmn:startEvent id="e"><bpmn:extensionElements><zeebe:executionListeners /></bpmn:extensionElements></bpmn:startEvent></bpmn:process>`, map[string]string{"u": "1", "e": ""}},
		{"a throw event", `<bpmn:process id="p"><bpmn:endEvent id="e">` + maps("1") + `<bpmn:messageEventDefinition /></bpmn:endEvent></bpmn:process>`, map[string]string{"e": "1"}},
		{"what lint refuses and a broker takes", `<bpmn:process id="p"><bpmn:serviceTask id="t">` + maps("1") + `</bpmn:serviceTask><bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:errorEventDefinition errorRef="gone" /></bpmn:boundaryEvent></bpmn:process>`, map[string]string{"t": "1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := InputMappings([]byte(deployedOpen + tt.model + `</bpmn:definitions>`))
			require.NoError(t, err)
			for element, source := range tt.want {
				inputs, ok := got[element]
				assert.True(t, ok, element)
				if source == "" {
					assert.Empty(t, inputs, element)
				} else if assert.Len(t, inputs, 1, element) {
					assert.Equal(t, source, inputs[0].Source)
					assert.Equal(t, "input.detail", inputs[0].Target)
				}
			}
		})
	}
}

func TestADeployedModelIsUTF8WhateverItDeclares(t *testing.T) {
	t.Parallel()
	for _, declared := range []string{"UTF-8", "utf-8", "ISO-8859-1", "US-ASCII", "UTF-16", "windows-1252"} {
		model := `<?xml version="1.0" encoding="` + declared + `"?>` + deployedOpen + `<bpmn:process id="p"><bpmn:serviceTask id="größe">` + maps("ü") + `</bpmn:serviceTask></bpmn:process></bpmn:definitions>`
		got, err := InputMappings([]byte(model))
		require.NoError(t, err, declared)
		if assert.Len(t, got["größe"], 1, declared) {
			assert.Equal(t, "ü", got["größe"][0].Source)
		}
	}
}

func TestWhatIsNoModelHasNoInputMappings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "is empty", `{"title":"x"}`: "found JSON", "<html></html>": "the root element is <html>", deployedOpen: "cut off",
	} {
		_, err := InputMappings([]byte(text))
		require.ErrorContains(t, err, want)
	}
}
