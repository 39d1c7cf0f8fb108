{{/* Values that Kubernetes would refuse, or that would be written over one another, each named with what to do. */}}

{{- define "eventbridge-connector.refused" -}}
{{- include "eventbridge-connector.refusedNames" . -}}
{{- include "eventbridge-connector.refusedOtherNames" . -}}
{{- include "eventbridge-connector.refusedLabels" . -}}
{{- include "eventbridge-connector.refusedEnv" . -}}
{{- include "eventbridge-connector.refusedVolumes" . -}}
{{- include "eventbridge-connector.refusedContainers" . -}}
{{- include "eventbridge-connector.refusedBudget" . -}}
{{- include "eventbridge-connector.refusedConfiguration" . -}}
{{- end -}}

{{/* What the names of the release and the chart become must be a name of a service. */}}
{{- define "eventbridge-connector.refusedNames" -}}
{{- $name := include "eventbridge-connector.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
{{- fail (printf "fullnameOverride: %q would be the name of the resources, which Kubernetes refuses; set fullnameOverride to small letters, digits and dashes, with a letter first" $name) -}}
{{- end -}}
{{- end -}}

{{/* Names of other charts for values of this one. */}}
{{- define "eventbridge-connector.refusedOtherNames" -}}
{{- $values := .Values -}}
{{- range $other, $here := .Files.Get "files/other-names.yaml" | fromYaml -}}
{{- if hasKey $values $other }}{{ fail (printf "%s: there is no such value in this chart; set %s" $other $here) }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Labels and annotations that the chart sets itself, or that stand in two places. */}}
{{- define "eventbridge-connector.refusedLabels" -}}
{{- $v := .Values -}}
{{- $own := include "eventbridge-connector.ownLabels" . | fromYaml -}}
{{- $taken := dict -}}
{{- range $key, $_ := $own }}{{ $taken = set $taken $key "the chart itself" }}{{ end -}}
{{- range $key, $_ := $v.commonLabels -}}
{{- if hasKey $own $key }}{{ fail (printf "commonLabels: %q is set by the chart itself; remove it" $key) }}{{ end -}}
{{- $taken = set $taken $key "commonLabels" -}}
{{- end -}}
{{- $places := dict "podLabels" $v.podLabels "service.labels" $v.service.labels "serviceAccount.labels" $v.serviceAccount.labels "serviceMonitor.labels" $v.serviceMonitor.labels "podMonitor.labels" $v.podMonitor.labels "prometheusRule.labels" $v.prometheusRule.labels "dashboards.labels" $v.dashboards.labels -}}
{{- $annotations := dict "annotations" $v.annotations "podAnnotations" $v.podAnnotations "service.annotations" $v.service.annotations "serviceAccount.annotations" $v.serviceAccount.annotations "dashboards.annotations" $v.dashboards.annotations -}}
{{- range $place, $map := merge (dict "commonLabels" $v.commonLabels "nodeSelector" $v.nodeSelector) $places $annotations -}}
{{- range $key, $_ := $map -}}
{{- if not (regexMatch "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$" $key) -}}
{{- fail (printf "%s: %q is no name that Kubernetes allows; expected letters, digits, dashes, underscores and dots, such as example.com/team" $place $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $place, $labels := $places -}}
{{- range $key, $_ := $labels -}}
{{- with get $taken $key }}{{ fail (printf "%s: %q is set by %s; remove one of them" $place $key .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range $key, $_ := include "eventbridge-connector.ownPodAnnotations" . | fromYaml -}}
{{- if hasKey (default dict $v.podAnnotations) $key }}{{ fail (printf "podAnnotations: %q is set by the chart itself; remove it" $key) }}{{ end -}}
{{- end -}}
{{- if and $v.aws.roleArn (hasKey (default dict $v.serviceAccount.annotations) "eks.amazonaws.com/role-arn") -}}
{{- fail "serviceAccount.annotations: \"eks.amazonaws.com/role-arn\" is set by aws.roleArn; remove one of them" -}}
{{- end -}}
{{- end -}}

{{/* Variables that the chart sets itself, in any spelling of the worker's, or that stand there twice. */}}
{{- define "eventbridge-connector.refusedEnv" -}}
{{- $own := dict -}}
{{- range include "eventbridge-connector.ownEnv" . | trim | fromYamlArray }}{{ $own = set $own (regexReplaceAll "[-_.]" (lower .name) "") .name }}{{ end -}}
{{- $seen := dict -}}
{{- range .Values.env -}}
{{- with get $own (regexReplaceAll "[-_.]" (lower .name) "") }}{{ fail (printf "env: %q is set by %s; remove it from env" . (get (include "eventbridge-connector.valueOfVariable" $ | fromYaml) . | default "the chart itself")) }}{{ end -}}
{{- if hasKey $seen .name }}{{ fail (printf "env: %q is there twice; remove one of them" .name) }}{{ end -}}
{{- if eq (regexReplaceAll "[-_.]" (lower .name) "") "managementserverport" }}{{ fail (printf "env: %q would move health and metrics away from the probes and the service; set service.serverPort" .name) }}{{ end -}}
{{- $seen = set $seen .name true -}}
{{- end -}}
{{- end -}}

{{/* The values behind the variables that the chart sets. */}}
{{- define "eventbridge-connector.valueOfVariable" -}}
CAMUNDA_CLIENT_MODE: saas.clusterId
CAMUNDA_CLIENT_CLOUD_CLUSTERID: saas.clusterId
CAMUNDA_CLIENT_CLOUD_REGION: saas.region
CAMUNDA_CLIENT_GRPCADDRESS: grpcAddress
CAMUNDA_CLIENT_RESTADDRESS: restAddress
CAMUNDA_CLIENT_PREFERRESTOVERGRPC: preferRest
CAMUNDA_CLIENT_AUTH_METHOD: security.authentication.method
CAMUNDA_CLIENT_AUTH_CLIENTID: security.authentication.oidc.clientId
CAMUNDA_CLIENT_AUTH_CLIENTSECRET: security.authentication.oidc.secret
CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_CERTIFICATEPATH: security.authentication.oidc.clientAssertion
CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_KEYPATH: security.authentication.oidc.clientAssertion
CAMUNDA_CLIENT_AUTH_CLIENTCERTIFICATEPATH: security.authentication.oidc.clientCertificate
CAMUNDA_CLIENT_AUTH_CLIENTKEYPATH: security.authentication.oidc.clientCertificate
CAMUNDA_CLIENT_AUTH_TOKENURL: security.authentication.oidc.tokenUrl
CAMUNDA_CLIENT_AUTH_ISSUERURL: security.authentication.oidc.issuerUrl
CAMUNDA_CLIENT_AUTH_AUDIENCE: security.authentication.oidc.audience
CAMUNDA_CLIENT_AUTH_SCOPE: security.authentication.oidc.tokenScope
CAMUNDA_CLIENT_AUTH_USERNAME: security.authentication.basic.username
CAMUNDA_CLIENT_AUTH_PASSWORD: security.authentication.basic.secret
CAMUNDA_CLIENT_CACERTIFICATEPATH: tls.ca
CAMUNDA_CLIENT_CLIENTCERTIFICATEPATH: tls.client
CAMUNDA_CLIENT_CLIENTKEYPATH: tls.client
CAMUNDA_CLIENT_OVERRIDEAUTHORITY: tls.overrideAuthority
CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS: tenantIds
CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER: tenantFilter
CAMUNDA_CLIENT_PHYSICALTENANTID: physicalTenantId
CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE: leaseTokens
CONNECTOR_AWS_EVENTBRIDGE_TYPE: jobType
CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE: maxJobsActive
CAMUNDA_CLIENT_WORKER_DEFAULTS_TIMEOUT: jobTimeout
CONNECTOR_AWS_EVENTBRIDGE_GRACEPERIOD: gracePeriodSeconds
CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE: secrets.filter
CAMUNDA_CONNECTOR_SECRETPROVIDER_FILES_DIRECTORY: secrets.existingSecret
CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_ENABLED: secrets.awsSecretsManager.enabled
CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_SECRETS: secrets.awsSecretsManager.secrets
CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_PREFIX: secrets.awsSecretsManager.prefix
CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_REGION: secrets.awsSecretsManager.region
CONNECTOR_AWS_EVENTBRIDGE_CONFIG: configuration
SERVER_PORT: service.serverPort
LOGGING_LEVEL_ROOT: log.level
LOGGING_FORMAT: log.format
AWS_REGION: aws.region
GOMEMLIMIT: resources.limits.memory
{{- end -}}

{{/* Volumes with the names of the chart's, mounts without a volume, and what stands there twice. */}}
{{- define "eventbridge-connector.refusedVolumes" -}}
{{- $own := list "secrets" "ca" "gateway-client" "client-assertion" "token-client" "config" -}}
{{- $volumes := dict -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $own }}{{ fail (printf "extraVolumes: %q is the name of a volume of the chart itself; choose another one" .name) }}{{ end -}}
{{- if hasKey $volumes .name }}{{ fail (printf "extraVolumes: %q is there twice; choose another name for one of them" .name) }}{{ end -}}
{{- $volumes = set $volumes .name true -}}
{{- end -}}
{{- $paths := dict -}}
{{- range include "eventbridge-connector.ownVolumeMounts" . | trim | fromYamlArray -}}
{{- $volumes = set $volumes .name true -}}
{{- $paths = set $paths .mountPath true -}}
{{- end -}}
{{- range .Values.extraVolumeMounts -}}
{{- if not (hasKey $volumes .name) }}{{ fail (printf "extraVolumeMounts: there is no volume %q; add it to extraVolumes" .name) }}{{ end -}}
{{- $path := trimSuffix "/" .mountPath -}}
{{- if hasKey $paths $path }}{{ fail (printf "extraVolumeMounts: %q is mounted twice; choose another mountPath" .mountPath) }}{{ end -}}
{{- $paths = set $paths $path true -}}
{{- end -}}
{{- end -}}

{{/* Containers with one name. */}}
{{- define "eventbridge-connector.refusedContainers" -}}
{{- $names := dict "connector" "the worker" -}}
{{- range $place := list "sidecars" "initContainers" -}}
{{- range get $.Values $place -}}
{{- if hasKey $names .name }}{{ fail (printf "%s: %q is the name of %s; choose another one" $place .name (get $names .name)) }}{{ end -}}
{{- $names = set $names .name (printf "another container, in %s" $place) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A budget that lets no pod go, so that no node can be drained. */}}
{{- define "eventbridge-connector.refusedBudget" -}}
{{- $budget := .Values.podDisruptionBudget -}}
{{- $pods := int .Values.replicas -}}
{{- $from := "replicas" -}}
{{- if .Values.autoscaling.enabled }}{{ $pods = int .Values.autoscaling.minReplicas }}{{ $from = "autoscaling.minReplicas" }}{{ end -}}
{{- if and $budget.enabled (gt $pods 0) -}}
{{- if not (kindIs "invalid" $budget.minAvailable) -}}
{{- $least := toString $budget.minAvailable -}}
{{- $number := ternary (divf (mulf (float64 (trimSuffix "%" $least)) $pods) 100.0 | ceil) (float64 $least) (hasSuffix "%" $least) -}}
{{- if ge (int $number) $pods -}}
{{- fail (printf "podDisruptionBudget.minAvailable: %s of %s: %d lets no pod go, so that no node can be drained; expected at most %d, or podDisruptionBudget.enabled: false" $least $from $pods (sub $pods 1)) -}}
{{- end -}}
{{- else if has (toString $budget.maxUnavailable) (list "0" "0%") -}}
{{- fail (printf "podDisruptionBudget.maxUnavailable: %s lets no pod go, so that no node can be drained; expected at least 1, or podDisruptionBudget.enabled: false" (toString $budget.maxUnavailable)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Keys of the configuration file that the worker does not know. */}}
{{- define "eventbridge-connector.refusedConfiguration" -}}
{{- $file := include "eventbridge-connector.configuration" . -}}
{{- if $file -}}
{{- $known := dict -}}
{{- $prefixes := list -}}
{{- range splitList "\n" (.Files.Get "files/keys.txt" | trim) -}}
{{- if hasSuffix "*" . }}{{ $prefixes = append $prefixes (trimSuffix "*" .) }}{{ else }}{{ $known = set $known . true }}{{ end -}}
{{- end -}}
{{- range include "eventbridge-connector.configurationKeys" (dict "prefix" "" "value" (fromYaml $file)) | trim | splitList "\n" -}}
{{- $general := regexReplaceAll "^camunda[.]clients[.][^.]+[.]" (lower .) "camunda.client." -}}
{{- $spelt := regexReplaceAll "[-_.]" $general "" -}}
{{- $found := or (hasKey $known $spelt) (regexMatch "^camunda[.]clients[.][^.]+([.]primary)?$" (lower .)) -}}
{{- range $prefixes }}{{ if hasPrefix . $spelt }}{{ $found = true }}{{ end }}{{ end -}}
{{- if not $found }}{{ fail (printf "configuration: unknown key %q; docs/configuration.md lists all keys" .) }}{{ end -}}
{{- if has $spelt (list "managementserverport" "managementserveraddress" "managementserverbasepath") }}{{ fail (printf "configuration: %q would move health and metrics away from the probes and the service; set service.serverPort" .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The dotted keys of a mapping, one a line. */}}
{{- define "eventbridge-connector.configurationKeys" -}}
{{- $prefix := .prefix -}}
{{- range $key, $value := .value -}}
{{- if and (kindIs "map" $value) $value -}}
{{- include "eventbridge-connector.configurationKeys" (dict "prefix" (printf "%s%s." $prefix $key) "value" $value) -}}
{{- else if not (kindIs "invalid" $value) }}
{{ printf "%s%s" $prefix $key }}
{{- end -}}
{{- end -}}
{{- end -}}
