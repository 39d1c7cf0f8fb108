package bpmn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/examples"
)

const prefixes = `xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" ` +
	`xmlns:modeler="http://camunda.org/schema/modeler/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"`

// inProcess puts elements into a process with the id "p".
func inProcess(elements string) []byte {
	return []byte(`<bpmn:definitions ` + prefixes + `><bpmn:process id="p">` + elements + `</bpmn:process>` +
		`<bpmn:error id="E1" errorCode="ONE"/><bpmn:error id="E2" errorCode="TWO"/><bpmn:error id="EAny"/></bpmn:definitions>`)
}

func task(id string) string {
	return fmt.Sprintf(`<bpmn:serviceTask id=%q><bpmn:extensionElements><zeebe:taskDefinition type="t"/></bpmn:extensionElements></bpmn:serviceTask>`, id)
}

func boundary(id, on, ref string) string {
	return fmt.Sprintf(`<bpmn:boundaryEvent id=%q attachedToRef=%q><bpmn:errorEventDefinition errorRef=%q/></bpmn:boundaryEvent>`, id, on, ref)
}

// eventSubProcess catches an error by its start event, ES-start.
func eventSubProcess(ref, more string) string {
	return fmt.Sprintf(`<bpmn:subProcess id="ES" triggeredByEvent="true"><bpmn:startEvent id="ES-start"><bpmn:errorEventDefinition errorRef=%q/>`+
		`</bpmn:startEvent>%s</bpmn:subProcess>`, ref, more)
}

func TestReadExample(t *testing.T) {
	t.Parallel()
	m, err := Read(examples.OrderPlaced)
	require.NoError(t, err)
	assert.Equal(t, "Camunda Cloud", m.Platform)
	assert.Equal(t, "8.6.0", m.PlatformVersion)
	p := m.Process("order-placed")
	require.NotNil(t, p)
	assert.True(t, p.Executable)
	assert.Nil(t, m.Process("order"))

	publish := p.Task("PublishOrder")
	require.NotNil(t, publish)
	assert.Nil(t, p.Task("OrderPlaced"), "a start event makes no job")
	assert.Equal(t, []*Task{publish}, m.Tasks("io.camunda:aws-eventbridge:1"))
	assert.Empty(t, m.Tasks("io.camunda:http-json:1"))
	assert.Equal(t, "serviceTask", publish.Element)
	assert.Equal(t, "3", publish.Retries)
	assert.Equal(t, Pos{8, 5}, publish.Pos)
	assert.Equal(t, Pos{11, 9}, publish.TypePos)

	require.Len(t, publish.Inputs, 9)
	assert.Equal(t, Mapping{"credentials", "authentication.type", Pos{13, 11}}, publish.Inputs[0])
	expression, ok := publish.Inputs[8].Expression()
	assert.True(t, ok)
	assert.True(t, strings.HasPrefix(expression, "{\n  orderId: order.id,\n"), "line breaks in attributes survive: %q", expression)
	_, ok = publish.Inputs[0].Expression()
	assert.False(t, ok)

	backoff, ok := publish.Header("retryBackoff")
	assert.True(t, ok)
	assert.Equal(t, "PT1S", backoff)
	_, ok = publish.Header("jobTimeout")
	assert.False(t, ok)
	assert.Equal(t, []string{"resultExpression", "errorExpression", "retryBackoff"}, publish.CustomHeaders().Keys())

	caught, ok := publish.Catch("EVENT_REJECTED")
	assert.True(t, ok)
	assert.Equal(t, "EventRejected", caught.ID)
	_, ok = publish.Catch("OTHER")
	assert.False(t, ok)
}

func TestReadTask(t *testing.T) {
	t.Parallel()
	model := inProcess(`
<bpmn:sendTask id="A" name="Announce" zeebe:modelerTemplate="my.template" zeebe:modelerTemplateVersion="7">
 <bpmn:extensionElements>
  <zeebe:taskDefinition type="=taskType" retries="=tries"/>
  <zeebe:ioMapping><zeebe:input source="=1" target="a"/><zeebe:output source="=result" target="b.c"/><zeebe:input source="x" target="d"/></zeebe:ioMapping>
  <zeebe:taskHeaders><zeebe:header key="k" value="old"/><zeebe:header key="k" value="&lt;new&gt;"/></zeebe:taskHeaders>
 </bpmn:extensionElements>
 <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=orders" inputElement="order"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>
</bpmn:sendTask>
<bpmn:serviceTask id="NoJob"/>
<bpmn:subProcess id="S"><bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=1" target="s"/></zeebe:ioMapping></bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics/>` + task("B") + `<bpmn:endEvent id="C"><bpmn:extensionElements><zeebe:taskDefinition type="t"/></bpmn:extensionElements></bpmn:endEvent></bpmn:subProcess>`)
	m, err := Read(model)
	require.NoError(t, err)
	var ids []string
	for _, task := range m.Processes[0].Tasks {
		ids = append(ids, task.ID+" "+task.Element)
	}
	assert.Equal(t, []string{"A sendTask", "B serviceTask", "C endEvent"}, ids)

	a := m.Processes[0].Task("A")
	assert.Equal(t, []string{"Announce", "=taskType", "=tries", "my.template", "7"}, []string{a.Name, a.Type, a.Retries, a.TemplateID, a.TemplateVersion})
	require.NotNil(t, a.Loop)
	assert.Equal(t, []string{"=orders", "order"}, []string{a.Loop.Collection, a.Loop.Element})
	assert.Empty(t, a.Around)
	assert.Equal(t, []Mapping{{"=1", "a", Pos{5, 20}}, {"x", "d", Pos{5, 102}}}, a.Inputs)
	assert.Equal(t, []Mapping{{"=result", "b.c", Pos{5, 57}}}, a.Outputs)
	assert.Len(t, a.Headers, 2)
	value, _ := a.Header("k")
	assert.Equal(t, "<new>", value)
	b := m.Processes[0].Task("B")
	assert.Nil(t, b.Loop)
	require.Len(t, b.Around, 1)
	assert.Equal(t, "S", b.Around[0].ID)
	assert.Equal(t, "s", b.Around[0].Inputs[0].Target)
	assert.NotNil(t, b.Around[0].Loop, "a multi-instance without a collection is one all the same")
}

func TestCustomHeadersAreThoseWithAKeyAndAValue(t *testing.T) {
	t.Parallel()
	task := Task{Headers: []Header{{Key: "a", Value: ""}, {Key: "", Value: "x"}, {Key: "b", Value: " "}}}
	assert.Equal(t, []string{"b"}, task.CustomHeaders().Keys())
}

func TestALoneEqualsSignIsAText(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]bool{"=": false, "= ": true, "=x": true, " =x": false, "": false} {
		_, isExpression := Mapping{Source: source}.Expression()
		assert.Equal(t, want, isExpression, "%q", source)
	}
}

func TestReadUsesNamespacesNotPrefixes(t *testing.T) {
	t.Parallel()
	m, err := Read([]byte("\xEF\xBB\xBF" + `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable=" 1 ">
<serviceTask id="ours"><extensionElements><z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="t"/></extensionElements></serviceTask>
<serviceTask id="foreign"><extensionElements><z:taskDefinition xmlns:z="http://example.com/" type="t"/></extensionElements></serviceTask>
</process></definitions>`))
	require.NoError(t, err)
	assert.True(t, m.Processes[0].Executable)
	require.Len(t, m.Processes[0].Tasks, 1)
	assert.Equal(t, "ours", m.Processes[0].Tasks[0].ID)
}

func TestCatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		elements string
		code     string
		want     string // the id of the event, empty = uncaught
	}{
		{name: "nothing catches", elements: task("T"), code: "ONE", want: ""},
		{name: "the boundary event of the code", elements: task("T") + boundary("B1", "T", "E1") + boundary("B2", "T", "E2"), code: "TWO", want: "B2"},
		{name: "another code's boundary event does not", elements: task("T") + boundary("B1", "T", "E1"), code: "TWO", want: ""},
		{name: "another task's boundary event does not", elements: task("T") + task("U") + boundary("B1", "U", "E1"), code: "ONE", want: ""},
		{name: "an event without error catches all", elements: task("T") + boundary("B", "T", ""), code: "ANY", want: "B"},
		{name: "an error without code catches all", elements: task("T") + boundary("B", "T", "EAny"), code: "ANY", want: "B"},
		{name: "the code wins over all in one scope", elements: task("T") + boundary("All", "T", "") + boundary("B1", "T", "E1"), code: "ONE", want: "B1"},
		{name: "an inner one that catches all wins over an outer of the code", elements: `<bpmn:subProcess id="S">` + task("T") + boundary("All", "T", "") + `</bpmn:subProcess>` + boundary("B1", "S", "E1"), code: "ONE", want: "All"},
		{name: "a boundary event of the sub-process around", elements: `<bpmn:subProcess id="S">` + task("T") + `</bpmn:subProcess>` + boundary("B1", "S", "E1"), code: "ONE", want: "B1"},
		{name: "an event sub-process beside", elements: task("T") + eventSubProcess("E1", ""), code: "ONE", want: "ES-start"},
		{name: "an event sub-process one further out", elements: `<bpmn:subProcess id="S">` + task("T") + `</bpmn:subProcess>` + eventSubProcess("E1", ""), code: "ONE", want: "ES-start"},
		{name: "the boundary event before the event sub-process", elements: eventSubProcess("E1", "") + task("T") + boundary("B1", "T", "E1"), code: "ONE", want: "B1"},
		{name: "an event sub-process does not catch its own error", elements: eventSubProcess("E1", task("T")), code: "ONE", want: ""},
		{name: "a boundary event of another kind does not", elements: task("T") + `<bpmn:boundaryEvent id="B" attachedToRef="T"><bpmn:timerEventDefinition/></bpmn:boundaryEvent>`, code: "ONE", want: ""},
		{name: "a qualified reference", elements: task("T") + boundary("B1", "T", "tns:E1"), code: "ONE", want: "B1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := Read(inProcess(tt.elements))
			require.NoError(t, err)
			caught, ok := m.Processes[0].Task("T").Catch(tt.code)
			assert.Equal(t, tt.want, caught.ID)
			assert.Equal(t, tt.want != "", ok)
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		input string
		want  string
	}{
		{name: "nothing", input: " \n", want: "line 1, column 1: the file is empty, expected a BPMN 2.0 model"},
		{name: "JSON", input: `{"components": []}`, want: "line 1, column 1: found JSON (a form or an element template?), expected a BPMN 2.0 model in XML"},
		{name: "text", input: "hello", want: "line 1, column 1: found no XML, expected a BPMN 2.0 model"},
		{name: "UTF-16 that is cut off", input: "\xFF\xFE<\x00", want: "line 1, column 2: not well-formed XML: unexpected EOF"},
		{name: "UTF-32", input: "\xFF\xFE\x00\x00<\x00\x00\x00a\x00\x00\x00", want: "line 1, column 1: the file is in UTF-32, which no broker reads, expected UTF-8"},
		{name: "UTF-32 of the other order", input: "\x00\x00\x00<\x00\x00\x00a", want: "the file is in UTF-32"},
		{name: "XML 1.1", input: `<?xml version="1.1"?><a/>`, want: "line 1, column 22: the root element is <a>"},
		{name: "only a comment", input: "<!-- -->", want: "line 1, column 1: the file holds no XML element, expected a BPMN 2.0 model"},
		{name: "another charset", input: `<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, want: "line 1, column 44: the root element is <a>, expected <definitions> of BPMN 2.0"},
		{name: "an unknown charset", input: `<?xml version="1.0" encoding="klingon"?><a/>`, want: "line 1, column 1: the file is declared to be in the encoding \"klingon\", which is not known, expected UTF-8"},
		{name: "a byte that is not UTF-8", input: "<a>\n<b name='Gr\xF6\xDFe'/></a>", want: "line 2, column 12: the byte 0xF6 is not UTF-8, expected UTF-8 or an XML declaration with the encoding"},
		{
			name: "a decision", input: `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>`,
			want: "line 1, column 1: this is a DMN decision model, expected a BPMN 2.0 model",
		},
		{name: "a case", input: `<x:definitions xmlns:x="http://www.omg.org/spec/CMMN/20151109/MODEL"/>`, want: "line 1, column 1: this is a CMMN case model, expected a BPMN 2.0 model"},
		{name: "a page", input: "<html></html>", want: "line 1, column 1: the root element is <html>, expected <definitions> of BPMN 2.0"},
		{
			name: "no namespace", input: "<definitions/>",
			want: `line 1, column 1: the root element is in the namespace "", expected "http://www.omg.org/spec/BPMN/20100524/MODEL"`,
		},
		{
			name: "Camunda 7 by its platform", input: `<bpmn:definitions ` + prefixes + ` modeler:executionPlatform="Camunda Platform"/>`,
			want: `line 1, column 1: this is a model for Camunda 7 (execution platform "Camunda Platform"), expected one for Camunda 8 ("Camunda Cloud")`,
		},
		{
			name: "Camunda 7 by its settings", input: string(inProcess("\n" + `<bpmn:serviceTask id="a" camunda:topic="x"/>`)),
			want: "line 2, column 1: this is a model for Camunda 7: <serviceTask> has settings for it and the model has none for Camunda 8, expected zeebe: extensions",
		},
		{
			name: "a prefix without declaration", input: `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"><zeebe:x/></bpmn:definitions>`,
			want: `line 1, column 76: the prefix "zeebe" is not declared, expected an attribute xmlns:zeebe in this element or one around it`,
		},
		{name: "an id twice", input: string(inProcess(task("a") + "\n" + task("a"))), want: `line 2, column 1: the id "a" is taken by the element at line 1, column `},
		{name: "a process without id", input: `<bpmn:definitions ` + prefixes + `><bpmn:process/></bpmn:definitions>`, want: "the process has no id"},
		{
			name: "an error that does not exist", input: string(inProcess(task("a") + boundary("b", "a", "E9"))),
			want: `the event "b" refers to the error "E9", which the model does not have`,
		},
		{name: "a declaration that is not the beginning", input: "\n<?xml version=\"1.0\"?><a/>", want: "line 2, column 1: found the XML declaration <?xml …?> behind other characters"},
		{name: "an open element", input: "<a>\n<b></a>", want: "line 2, column 8: not well-formed XML: element <b> closed by </a>"},
		{name: "an end too early", input: "<x>\n<a>\n<b/>", want: "line 3, column 5: the file ends before <a> of line 2 does: it was cut off"},
		{name: "a place behind letters of several bytes", input: "<a>\n<b x='ü😀'/>ü&x;", want: "line 2, column 16: not well-formed XML"},
		{name: "two roots", input: "<a/>\n<b/>", want: "line 2, column 1: found a second root element <b>, expected the end of the file"},
		{name: "text behind the root", input: "<a/>x", want: "line 1, column 5: found text outside of the root element"},
		{
			name: "a document type", input: `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`,
			want: "line 1, column 1: found <!DOCTYPE…>, which a BPMN model does not need and which is not read",
		},
		{name: "an entity", input: "<a>&x;</a>", want: "line 1, column 7: not well-formed XML: invalid character entity &x;"},
		{name: "too deep", input: strings.Repeat("<a>", MaxDepth+1), want: "line 1, column 769: more than 256 elements within each other"},
		{name: "too large", input: strings.Repeat(" ", MaxSize+1), want: "line 1, column 1: the file has more than 4 MiB, which no broker takes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := Read([]byte(tt.input))
			require.Error(t, err)
			assert.Nil(t, m)
			assert.Contains(t, err.Error(), tt.want)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Positive(t, e.Pos.Line)
			assert.Positive(t, e.Pos.Column)
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(examples.OrderPlaced)
	f.Add(inProcess(task("T") + boundary("B", "T", "E1") + eventSubProcess("E2", task("U"))))
	f.Add([]byte("<a/>"))
	f.Add([]byte("<!DOCTYPE a><a xmlns:zeebe='x'/>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Read(data)
		if err != nil {
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Positive(t, e.Pos.Line)
			require.NotEmpty(t, e.Reason)
			return
		}
		for _, p := range m.Processes {
			require.NotEmpty(t, p.ID)
			for _, task := range p.Tasks {
				require.Positive(t, task.Pos.Line)
				for _, c := range task.Catches {
					caught, ok := task.Catch(c.Code)
					require.True(t, ok, "an event that catches %q: %+v", c.Code, caught)
				}
			}
		}
	})
}

// XML makes a blank of a line break or a tab in an attribute, unless it is written as a character reference. A comment in an expression
// then goes on to its end, in the broker as here.
func TestALineBreakInAnAttributeIsABlank(t *testing.T) {
	t.Parallel()
	m, err := Read(inProcess("<bpmn:serviceTask id='t'><bpmn:extensionElements><zeebe:taskDefinition type=\"x\"/><zeebe:ioMapping>\n<zeebe:input\n\tsource = \"a\nb\tc\r\nd&#10;e&quot;'\"\n target='ü\n' /></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"))
	require.NoError(t, err)
	mapping := m.Processes[0].Tasks[0].Inputs[0]
	assert.Equal(t, "a b c d\ne\"'", mapping.Source)
	assert.Equal(t, "ü ", mapping.Target)
}

func TestPlaceIn(t *testing.T) {
	t.Parallel()
	text := "<a>\r\n <zeebe:input other=\"source='\" target = 'x'\n  source=\"ü&#10;&amp;&#xE9;\r\nb😀c\" />\n</a>"
	tag := Pos{2, 2}
	for _, tt := range []struct {
		attribute string
		at        int
		want      Pos
		ok        bool
	}{
		{"target", 0, Pos{2, 42}, true},
		{"source", 0, Pos{3, 11}, true},
		{"source", len("ü"), Pos{3, 12}, true},
		{"source", len("ü\n"), Pos{3, 17}, true},
		{"source", len("ü\n&"), Pos{3, 22}, true},
		{"source", len("ü\n&é"), Pos{3, 28}, true},
		{"source", len("ü\n&é b😀"), Pos{4, 3}, true},
		{"source", 100, Pos{}, false},
		{"gone", 0, Pos{}, false},
	} {
		got, ok := PlaceIn(text, tag, tt.attribute, tt.at)
		assert.Equal(t, tt.ok, ok, "%s %d", tt.attribute, tt.at)
		assert.Equal(t, tt.want, got, "%s %d", tt.attribute, tt.at)
	}
	_, ok := PlaceIn("<a", Pos{1, 1}, "x", 0)
	assert.False(t, ok)
	_, ok = PlaceIn("<a x", Pos{9, 9}, "x", 0)
	assert.False(t, ok)
}
