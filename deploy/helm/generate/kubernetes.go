package main

import (
	"maps"
	"strings"
)

// kubernetes lists the fields of Kubernetes' types that values contain, so that a misspelt one is refused: a type, and its
// fields with their types where these have fields themselves. []T is a list of T, and text is a string, where a number or a boolean is
// easily written. What else a field may contain is for the API server to check. The names are those of https://kubernetes.io/docs/reference/kubernetes-api/ as of 1.37.
const kubernetes = `
LabelSelector: matchLabels matchExpressions:[]Requirement
Requirement: key operator values
Toleration: key:text operator:text value:text effect:text tolerationSeconds
Affinity: nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAffinity
NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution:NodeSelector preferredDuringSchedulingIgnoredDuringExecution:[]PreferredNode
NodeSelector: nodeSelectorTerms:[]NodeSelectorTerm
NodeSelectorTerm: matchExpressions:[]Requirement matchFields:[]Requirement
PreferredNode: weight preference:NodeSelectorTerm
PodAffinity: requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm
PodAffinityTerm: labelSelector:LabelSelector namespaceSelector:LabelSelector namespaces topologyKey matchLabelKeys mismatchLabelKeys
WeightedPodAffinityTerm: weight podAffinityTerm:PodAffinityTerm
TopologySpreadConstraint: maxSkew topologyKey whenUnsatisfiable labelSelector:LabelSelector minDomains nodeAffinityPolicy nodeTaintsPolicy matchLabelKeys
Strategy: type rollingUpdate:RollingUpdate
RollingUpdate: maxUnavailable maxSurge
Resources: limits requests claims:[]ResourceClaim
ResourceClaim: name request
Behavior: scaleUp:ScalingRules scaleDown:ScalingRules
ScalingRules: stabilizationWindowSeconds selectPolicy policies:[]ScalingPolicy tolerance
ScalingPolicy: type value periodSeconds
DNSConfig: nameservers searches options:[]DNSOption
DNSOption: name value
HostAlias: ip hostnames
PodSecurityContext: runAsUser runAsGroup runAsNonRoot fsGroup fsGroupChangePolicy supplementalGroups supplementalGroupsPolicy sysctls:[]Sysctl seLinuxOptions:SELinuxOptions seLinuxChangePolicy seccompProfile:Profile appArmorProfile:Profile windowsOptions
SecurityContext: runAsUser runAsGroup runAsNonRoot allowPrivilegeEscalation privileged readOnlyRootFilesystem procMount capabilities:Capabilities seLinuxOptions:SELinuxOptions seccompProfile:Profile appArmorProfile:Profile windowsOptions
Capabilities: add drop
SELinuxOptions: level role type user
Profile: type localhostProfile
Sysctl: name value
EnvVar: name:text value:text valueFrom:EnvVarSource
EnvVarSource: configMapKeyRef:KeyRef secretKeyRef:KeyRef fieldRef resourceFieldRef fileKeyRef
KeyRef: name key optional
EnvFrom: prefix configMapRef:ObjectRef secretRef:ObjectRef
ObjectRef: name optional
NamedRef: name
VolumeMount: name mountPath subPath subPathExpr readOnly recursiveReadOnly mountPropagation
Volume: name configMap:ConfigMapVolume secret:SecretVolume emptyDir:EmptyDir persistentVolumeClaim:ClaimVolume hostPath projected csi downwardAPI ephemeral image nfs iscsi fc rbd cephfs glusterfs flexVolume flocker gitRepo awsElasticBlockStore azureDisk azureFile cinder gcePersistentDisk photonPersistentDisk portworxVolume quobyte scaleIO storageos vsphereVolume
ConfigMapVolume: name items:[]KeyToPath defaultMode optional
SecretVolume: secretName items:[]KeyToPath defaultMode optional
KeyToPath: key path mode
EmptyDir: medium sizeLimit
ClaimVolume: claimName readOnly
Lifecycle: postStart:LifecycleHandler preStop:LifecycleHandler stopSignal
LifecycleHandler: exec:Exec httpGet:HTTPGet tcpSocket:TCPSocket sleep:Sleep
Exec: command
HTTPGet: path port host scheme httpHeaders
TCPSocket: port host
Sleep: seconds
Probe: exec:Exec httpGet:HTTPGet tcpSocket:TCPSocket grpc initialDelaySeconds periodSeconds timeoutSeconds successThreshold failureThreshold terminationGracePeriodSeconds
Container: name image imagePullPolicy command args workingDir ports env:[]EnvVar envFrom:[]EnvFrom resources:Resources resizePolicy restartPolicy restartPolicyRules volumeMounts:[]VolumeMount volumeDevices livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle terminationMessagePath terminationMessagePolicy securityContext:SecurityContext stdin stdinOnce tty
NetworkPolicyPeer: podSelector:LabelSelector namespaceSelector:LabelSelector ipBlock:IPBlock
IPBlock: cidr except
NetworkPolicyPort: port endPort protocol
IngressRule: from:[]NetworkPolicyPeer ports:[]NetworkPolicyPort
EgressRule: to:[]NetworkPolicyPeer ports:[]NetworkPolicyPort
Relabeling: sourceLabels separator targetLabel regex modulus replacement action
AuthenticationRef: name kind
`

// definitions are the schemas of Kubernetes' types by name.
func definitions() map[string]any {
	all := map[string]any{}
	for line := range strings.Lines(kubernetes) {
		name, fields, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			continue
		}
		properties := map[string]any{}
		for field := range strings.FieldsSeq(fields) {
			field, kind, _ := strings.Cut(field, ":")
			element, list := strings.CutPrefix(kind, "[]")
			switch {
			case kind == "text":
				properties[field] = map[string]any{"type": "string"}
			case kind == "":
				properties[field] = map[string]any{}
			case list:
				properties[field] = map[string]any{"type": "array", "items": reference(element)}
			default:
				properties[field] = reference(kind)
			}
		}
		all[name] = map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	}
	return all
}

func reference(name string) map[string]any { return map[string]any{"$ref": "#/definitions/" + name} }

// patterns are what Kubernetes allows where values name something. A schema names one as its "format", and gets the pattern.
var patterns = map[string]string{
	"dns-label":     `^$|^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`,
	"dns-subdomain": `^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`,
	"service-name":  `^$|^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`,
	"key":           `^$|^[-._a-zA-Z0-9]+$`,
	"label-value":   `^$|^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`,
}

// expanded is a schema of a comment with what the short forms in it stand for: "kubernetes" a type of Kubernetes or a list of
// it, "format" one of the patterns, and "map" labels or annotations. The templates check the names of these: Helm's validator
// tells a wrong place for "propertyNames".
func expanded(schema map[string]any) map[string]any {
	out := maps.Clone(schema)
	if kind, ok := out["kubernetes"].(string); ok {
		delete(out, "kubernetes")
		if element, list := strings.CutPrefix(kind, "[]"); list {
			maps.Copy(out, map[string]any{"type": "array", "items": reference(element)})
		} else {
			delete(out, "additionalProperties")
			out["$ref"] = "#/definitions/" + kind
		}
	}
	if format, ok := out["format"].(string); ok && patterns[format] != "" {
		delete(out, "format")
		out["pattern"] = patterns[format]
	}
	if kind, ok := out["map"].(string); ok {
		delete(out, "map")
		values := map[string]any{"type": "string"}
		if kind == "labels" {
			values["pattern"] = patterns["label-value"]
		}
		out["additionalProperties"] = values
	}
	return out
}
