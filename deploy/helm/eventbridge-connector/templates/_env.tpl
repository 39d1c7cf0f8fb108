{{/* The worker's environment, under the names of docs/configuration.md. Secrets come by reference alone. */}}
{{- define "eventbridge-connector.env" -}}
{{ include "eventbridge-connector.ownEnv" . | trim }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Those that the chart sets itself. A new one belongs into eventbridge-connector.valueOfVariable as well. */}}
{{- define "eventbridge-connector.ownEnv" -}}
{{- $v := .Values -}}
{{- $auth := $v.security.authentication -}}
{{- if $v.saas.clusterId }}
- name: CAMUNDA_CLIENT_MODE
  value: saas
- name: CAMUNDA_CLIENT_CLOUD_CLUSTERID
  value: {{ $v.saas.clusterId | quote }}
- name: CAMUNDA_CLIENT_CLOUD_REGION
  value: {{ $v.saas.region | quote }}
{{- else }}
- name: CAMUNDA_CLIENT_MODE
  value: selfManaged
{{- with $v.grpcAddress }}
- name: CAMUNDA_CLIENT_GRPCADDRESS
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if $v.preferRest }}
- name: CAMUNDA_CLIENT_PREFERRESTOVERGRPC
  value: "true"
{{- end }}
{{- with $v.restAddress }}
- name: CAMUNDA_CLIENT_RESTADDRESS
  value: {{ . | quote }}
{{- end }}
- name: CAMUNDA_CLIENT_AUTH_METHOD
  value: {{ $auth.method | quote }}
{{- if eq $auth.method "oidc" }}
- name: CAMUNDA_CLIENT_AUTH_CLIENTID
  value: {{ $auth.oidc.clientId | quote }}
{{- if $auth.oidc.secret.existingSecret }}
- name: CAMUNDA_CLIENT_AUTH_CLIENTSECRET
  valueFrom:
    secretKeyRef:
      name: {{ $auth.oidc.secret.existingSecret | quote }}
      key: {{ $auth.oidc.secret.existingSecretKey | quote }}
{{- end }}
{{- if $auth.oidc.clientAssertion.existingSecret }}
- name: CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_CERTIFICATEPATH
  value: /etc/eventbridge-connector/client-assertion/tls.crt
- name: CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_KEYPATH
  value: /etc/eventbridge-connector/client-assertion/tls.key
{{- end }}
{{- if $auth.oidc.clientCertificate.existingSecret }}
- name: CAMUNDA_CLIENT_AUTH_CLIENTCERTIFICATEPATH
  value: /etc/eventbridge-connector/token-client/tls.crt
- name: CAMUNDA_CLIENT_AUTH_CLIENTKEYPATH
  value: /etc/eventbridge-connector/token-client/tls.key
{{- end }}
{{- with $auth.oidc.tokenUrl }}
- name: CAMUNDA_CLIENT_AUTH_TOKENURL
  value: {{ . | quote }}
{{- end }}
{{- with $auth.oidc.issuerUrl }}
- name: CAMUNDA_CLIENT_AUTH_ISSUERURL
  value: {{ . | quote }}
{{- end }}
{{- with $auth.oidc.audience }}
- name: CAMUNDA_CLIENT_AUTH_AUDIENCE
  value: {{ . | quote }}
{{- end }}
{{- with $auth.oidc.tokenScope }}
- name: CAMUNDA_CLIENT_AUTH_SCOPE
  value: {{ . | quote }}
{{- end }}
{{- else if eq $auth.method "basic" }}
- name: CAMUNDA_CLIENT_AUTH_USERNAME
  value: {{ $auth.basic.username | quote }}
- name: CAMUNDA_CLIENT_AUTH_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $auth.basic.secret.existingSecret | quote }}
      key: {{ $auth.basic.secret.existingSecretKey | quote }}
{{- end }}
{{- if $v.tls.ca.existingSecret }}
- name: CAMUNDA_CLIENT_CACERTIFICATEPATH
  value: {{ printf "/etc/eventbridge-connector/ca/%s" $v.tls.ca.existingSecretKey | quote }}
{{- end }}
{{- if $v.tls.client.existingSecret }}
- name: CAMUNDA_CLIENT_CLIENTCERTIFICATEPATH
  value: /etc/eventbridge-connector/gateway-client/tls.crt
- name: CAMUNDA_CLIENT_CLIENTKEYPATH
  value: /etc/eventbridge-connector/gateway-client/tls.key
{{- end }}
{{- with $v.tls.overrideAuthority }}
- name: CAMUNDA_CLIENT_OVERRIDEAUTHORITY
  value: {{ . | quote }}
{{- end }}
{{- with $v.tenantIds }}
- name: CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS
  value: {{ join "," . | quote }}
{{- end }}
{{- if eq $v.tenantFilter "ASSIGNED" }}
- name: CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER
  value: ASSIGNED
{{- end }}
{{- with $v.physicalTenantId }}
- name: CAMUNDA_CLIENT_PHYSICALTENANTID
  value: {{ . | quote }}
{{- end }}
{{- if not (has (toString $v.leaseTokens) (list "off" "false")) }}
- name: CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE
  value: {{ toString $v.leaseTokens | quote }}
{{- end }}
{{- with $v.jobType }}
- name: CONNECTOR_AWS_EVENTBRIDGE_TYPE
  value: {{ . | quote }}
{{- end }}
- name: CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE
  value: {{ int $v.maxJobsActive | quote }}
- name: CAMUNDA_CLIENT_WORKER_DEFAULTS_TIMEOUT
  value: {{ $v.jobTimeout | quote }}
- name: CONNECTOR_AWS_EVENTBRIDGE_GRACEPERIOD
  value: {{ printf "%ds" (int $v.gracePeriodSeconds) | quote }}
- name: CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE
  value: {{ $v.secrets.filter | quote }}
{{- if and $v.secrets.existingSecret (eq $v.secrets.as "files") }}
- name: CAMUNDA_CONNECTOR_SECRETPROVIDER_FILES_DIRECTORY
  value: /etc/eventbridge-connector/secrets
{{- end }}
{{- with $v.secrets.awsSecretsManager }}
{{- if .enabled }}
- name: CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_ENABLED
  value: "true"
{{- with .secrets }}
- name: CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_SECRETS
  value: {{ join "," . | quote }}
{{- end }}
{{- with .prefix }}
- name: CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- with .region }}
- name: CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_REGION
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- if include "eventbridge-connector.configuration" . }}
- name: CONNECTOR_AWS_EVENTBRIDGE_CONFIG
  value: /etc/eventbridge-connector/config/application.yaml
{{- end }}
- name: SERVER_PORT
  value: {{ int $v.service.serverPort | quote }}
- name: LOGGING_LEVEL_ROOT
  value: {{ $v.log.level | quote }}
- name: LOGGING_FORMAT
  value: {{ $v.log.format | quote }}
{{- with $v.aws.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with include "eventbridge-connector.memoryLimit" . }}
- name: GOMEMLIMIT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "eventbridge-connector.envFrom" -}}
{{- if and .Values.secrets.existingSecret (eq .Values.secrets.as "env") }}
- secretRef:
    name: {{ .Values.secrets.existingSecret | quote }}
  {{- with .Values.secrets.envPrefix }}
  prefix: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .Values.envFrom }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The secrets with private keys, by the names of their volumes. */}}
{{- define "eventbridge-connector.keySecrets" -}}
{{- $auth := .Values.security.authentication -}}
{{- with .Values.tls.client.existingSecret }}
gateway-client: {{ . | quote }}
{{- end }}
{{- if eq $auth.method "oidc" }}
{{- with $auth.oidc.clientAssertion.existingSecret }}
client-assertion: {{ . | quote }}
{{- end }}
{{- with $auth.oidc.clientCertificate.existingSecret }}
token-client: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "eventbridge-connector.volumeMounts" -}}
{{ include "eventbridge-connector.ownVolumeMounts" . | trim }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "eventbridge-connector.ownVolumeMounts" -}}
{{- if and .Values.secrets.existingSecret (eq .Values.secrets.as "files") }}
- name: secrets
  mountPath: /etc/eventbridge-connector/secrets
  readOnly: true
{{- end }}
{{- if .Values.tls.ca.existingSecret }}
- name: ca
  mountPath: /etc/eventbridge-connector/ca
  readOnly: true
{{- end }}
{{- range $name, $secret := include "eventbridge-connector.keySecrets" . | fromYaml }}
- name: {{ $name }}
  mountPath: /etc/eventbridge-connector/{{ $name }}
  readOnly: true
{{- end }}
{{- if include "eventbridge-connector.configuration" . }}
- name: config
  mountPath: /etc/eventbridge-connector/config
  readOnly: true
{{- end }}
{{- end -}}

{{- define "eventbridge-connector.volumes" -}}
{{- if and .Values.secrets.existingSecret (eq .Values.secrets.as "files") }}
- name: secrets
  secret:
    secretName: {{ .Values.secrets.existingSecret | quote }}
    defaultMode: 0440
{{- end }}
{{- if .Values.tls.ca.existingSecret }}
- name: ca
  secret:
    secretName: {{ .Values.tls.ca.existingSecret | quote }}
    items:
      - key: {{ .Values.tls.ca.existingSecretKey | quote }}
        path: {{ .Values.tls.ca.existingSecretKey | quote }}
{{- end }}
{{- range $name, $secret := include "eventbridge-connector.keySecrets" . | fromYaml }}
- name: {{ $name }}
  secret:
    secretName: {{ $secret | quote }}
    defaultMode: 0440
{{- end }}
{{- if include "eventbridge-connector.configuration" . }}
- name: config
  configMap:
    name: {{ include "eventbridge-connector.fullname" . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A probe of the values: dict "probe" … "port" … */}}
{{- define "eventbridge-connector.probe" -}}
httpGet:
  path: {{ .probe.probePath | quote }}
  port: {{ .port }}
initialDelaySeconds: {{ int .probe.initialDelaySeconds }}
periodSeconds: {{ int .probe.periodSeconds }}
successThreshold: {{ int .probe.successThreshold }}
failureThreshold: {{ int .probe.failureThreshold }}
timeoutSeconds: {{ int .probe.timeoutSeconds }}
{{- end -}}
