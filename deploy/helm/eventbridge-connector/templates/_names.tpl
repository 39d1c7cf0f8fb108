{{/* What the resources are called and how they find one another. */}}

{{- define "eventbridge-connector.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 46 characters: the names of pods, 17 more, are then whole, and KEDA's question finds them by it. */}}
{{- define "eventbridge-connector.fullname" -}}
{{- $name := include "eventbridge-connector.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 46 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 46 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 46 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Camunda's "app" labels are left to camunda-platform: its services select by them. */}}
{{- define "eventbridge-connector.selectorLabels" -}}
app.kubernetes.io/name: {{ include "eventbridge-connector.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "eventbridge-connector.labels" -}}
{{ include "eventbridge-connector.ownLabels" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "eventbridge-connector.ownLabels" -}}
{{ include "eventbridge-connector.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/component: eventbridge-connector
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* Annotations of the pods that the chart sets itself. */}}
{{- define "eventbridge-connector.ownPodAnnotations" -}}
kubectl.kubernetes.io/default-container: connector
{{- with include "eventbridge-connector.configuration" . }}
checksum/config: {{ . | fromYaml | toJson | sha256sum }}
{{- end }}
{{- if .Values.prometheusAnnotations }}
prometheus.io/scrape: "true"
prometheus.io/path: /actuator/prometheus
prometheus.io/port: {{ int .Values.service.serverPort | quote }}
{{- end }}
{{- end -}}

{{- define "eventbridge-connector.serviceAccountName" -}}
{{- if .Values.serviceAccount.enabled -}}
{{- default (include "eventbridge-connector.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "eventbridge-connector.priorityClassName" -}}
{{- if .Values.priorityClass.create -}}
{{- default (printf "%s-%s" .Release.Namespace (include "eventbridge-connector.fullname" .) | trunc 63 | trimSuffix "-") .Values.priorityClassName -}}
{{- else -}}
{{- .Values.priorityClassName -}}
{{- end -}}
{{- end -}}

{{- define "eventbridge-connector.image" -}}
{{- $repository := .Values.image.repository -}}
{{- with default .Values.image.registry (default dict .Values.global).imageRegistry -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .) $repository -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The secrets for pulling the image: the chart's and the global ones, which may be names alone, each once. */}}
{{- define "eventbridge-connector.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat (default list (default dict .Values.global).imagePullSecrets) (default list .Values.image.pullSecrets) -}}
{{- $names = append $names (ternary . (get (ternary dict . (kindIs "string" .)) "name") (kindIs "string" .)) -}}
{{- end -}}
{{- range $names | uniq }}
- name: {{ . }}
{{- end -}}
{{- end -}}
